"""Credit risk: indicators as of a date, an integer scorecard, direct rules, tiers. Nothing here is public."""
