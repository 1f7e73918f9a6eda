"""Working days and the dates of visits."""
