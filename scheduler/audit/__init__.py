"""Verification of published bytes: knows the specification and the hashing primitives, nothing else."""
