"""Brings the LDAP address book to what the database says (R5): adds, changes and removes what differs.

Runs as the system user openldap, whom the kernel vouches for to both sides: PostgreSQL and slapd on their Unix sockets.
The book stays as it is whenever the database cannot be read.

The root of the book notes which apply it shows; it is noted last, so that a run that was cut off is made good by the
next one.
"""
