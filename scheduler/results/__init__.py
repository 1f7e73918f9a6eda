"""What inspections found: checks, deadlines, coverage, and the events fed back to risk."""
