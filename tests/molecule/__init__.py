"""Molecule scenarios, and the tests that run them."""
