"""Hands contact mailboxes over to new custodians (R11.2), on the controller.

`carrying` decides what is due and does it in order, `minutes` draws the record that both sides sign.
"""
