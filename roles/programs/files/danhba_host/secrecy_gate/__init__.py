"""The secrecy gate (R7.1): reads each message for secrecy marks before it is accepted, and says what becomes of it.

The reading itself is the package `danhba_secrecy`, in processes of their own that may be killed at any time. What is
decided, recorded and said stands here. Nothing of a message but its SHA-256 and its size is kept or written anywhere.
"""
