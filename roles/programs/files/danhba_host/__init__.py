"""The programs of a host and the library that they share: `danhba-host PROGRAM`, installed by role `programs`.

They run under Debian's Python with the standard library and packages of Debian (python3-psycopg and what the README of
the role names for each program).
"""
