"""The sampling frame: firms as columns, items and tasks, and the readers of what bureaus bring."""
