"""Computes the figures of reports on the use of mailboxes (R9.2, R9.8, R12–R15) from register and daily counts."""
