"""The credential service: signs people in to the webmail and changes their passwords (R10.1).

The webmail never sees a hash and cannot set a password: it asks here, over a Unix socket, one JSON object a line. Runs
under Debian's Python with nothing beside the standard library but python3-psycopg and python3-argon2.
"""
