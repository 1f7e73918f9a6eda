"""The draw: canonical bytes, commitment, seed, tickets, selection (docs/draw-specification.md)."""
