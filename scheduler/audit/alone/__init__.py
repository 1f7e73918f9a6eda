"""The verifier as one file that needs only Python's standard library (specification, section 10.1)."""
