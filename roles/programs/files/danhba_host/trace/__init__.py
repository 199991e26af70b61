"""Tells the way of a message, from the stored events: `queries.py` asks for them, `ways.py` puts them together."""
