"""Lists that agencies send: spreadsheets of any shape, read into entries."""
