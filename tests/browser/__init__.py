"""Pages in a real browser, and page checkers."""
