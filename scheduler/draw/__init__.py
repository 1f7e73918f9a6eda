"""Canonical bytes, commitment, seed, tickets, selection: see docs/draw-specification.md."""
