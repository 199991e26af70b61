"""Brings the LDAP address book into step with the database (R5): adds, changes and removes entries that differ.

Runs as the system user openldap, whose identity PostgreSQL and slapd take from the kernel on their Unix sockets.
The book stays as it is whenever the database cannot be read.

The root entry of the book notes the version of the apply that the book shows. The version is written last, so that the
next run completes a run that was cut off.
"""
