"""From files to a register that may be used, or to everything that is wrong with it."""
