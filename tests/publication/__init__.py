"""Tests of publication; a package, because its tests share the tiny year."""
