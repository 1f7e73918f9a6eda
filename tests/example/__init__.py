"""Tests of the made-up city; a package, because one test runs another module of it as a program."""
