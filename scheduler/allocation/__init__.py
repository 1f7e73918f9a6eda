"""The linear programme of the year, its policy, its rounding to quotas."""
