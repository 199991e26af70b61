"""Collects what became of each message, and who used the mail system, from the journal into the database (R7.2).

`line.py` parses lines of the journal, `reading.py` reads them; `postfix.py`, `dovecot.py`, `webmail.py`, `filters.py`
and `secrecy.py` know the lines of each service; `gathering.py` turns lines into events, `storing.py` writes them.
"""
