"""Changing the register without hand-writing YAML: additions that keep comments and layout."""
