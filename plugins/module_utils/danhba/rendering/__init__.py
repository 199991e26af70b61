"""Renders findings, addresses and plans for people and for programs."""
