"""Draws a round again with many seeds, and asks whether everybody had the chance that is on record."""
