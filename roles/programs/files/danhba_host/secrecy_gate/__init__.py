"""The secrecy gate (R7.1): reads each message for secrecy marks before it is accepted, and decides what becomes of it.

The package `danhba_secrecy` does the reading, in processes that may be killed at any time. Decisions, records and
replies are made here. Nothing of a message but its SHA-256 and its size is kept or written anywhere.
"""
