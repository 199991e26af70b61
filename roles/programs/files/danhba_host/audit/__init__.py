"""The chain over the records: verified here, exported for others to verify, and what it says of one mailbox.

`chain.py` is a link to the core's, so that host and controller verify by the same code.
"""
