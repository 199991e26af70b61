"""Verifies that a server's records are unchanged: recomputes the chain of seals, compares heads kept elsewhere."""
