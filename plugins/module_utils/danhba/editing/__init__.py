"""Edits of the register's YAML files by commands, which keep all other lines, comments and layout as they are."""
