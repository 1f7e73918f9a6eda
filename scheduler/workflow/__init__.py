"""One module per room: reads the store, calls the pure rooms, writes back in one transaction."""
