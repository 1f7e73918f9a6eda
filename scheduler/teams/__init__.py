"""The roster, teams drawn by lot, and which team visits which firm."""
