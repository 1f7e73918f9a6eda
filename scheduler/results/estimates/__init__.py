"""Rates of violation from the year's draws, with intervals that stay honest where findings are rare."""
