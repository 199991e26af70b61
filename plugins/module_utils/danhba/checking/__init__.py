"""Checks a whole register, and what a change of it does: the register for use, or all findings."""
