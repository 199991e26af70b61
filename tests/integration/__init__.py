"""Tests of the modules against a real PostgreSQL."""
