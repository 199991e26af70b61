"""Recalls a message (R10.7, R10.8): found by the events, held out of sight, erased when two operators have signed."""
