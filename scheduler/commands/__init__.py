"""One module per room: click commands that read their arguments, call one workflow function and print."""
