"""Computes from a register on a day the accounts of a server, and the plan of the changes to reach them."""
