"""What the programs of a host share, and the programs: `danhba-host PROGRAM`, installed by role `programs`.

They run under Debian's Python with the standard library and packages of Debian (python3-psycopg and what the README of
the role names for each program).
"""
