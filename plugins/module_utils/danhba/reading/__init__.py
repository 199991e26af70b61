"""Reads the files of a register, on disk or in git, into typed data, with findings about text and keys."""
