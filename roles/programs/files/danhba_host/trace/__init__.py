"""Traces messages through the stored events: `queries.py` finds them, `ways.py` combines them."""
