"""The audit chain over the records: verification, export for verification elsewhere, and the history of one mailbox.

`chain.py` is a link to the core's, so that host and controller verify by the same code.
"""
