"""Collects what became of each message, and who used the mail system, from the journal into the database (R7.2).

`line.py` is a line of the journal, `journal.py` reads them; `postfix.py`, `dovecot.py`, `webmail.py` and `filters.py`
know what each service says; `gathering.py` makes events of lines, `storing.py` writes them.
"""
