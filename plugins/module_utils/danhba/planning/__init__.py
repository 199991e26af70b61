"""From a register on a day to what must change on a server."""
