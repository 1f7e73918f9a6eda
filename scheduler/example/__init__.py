"""A made-up Weihai, deterministic from a seed."""
