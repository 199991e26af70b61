"""Linters for what is neither Python, YAML, JavaScript nor CSS: programs of the shell, PHP and units of systemd.

They read files, and templates as the roles write them with the values that all inventories share. PHP itself reads PHP:
phpstan and PHP_CodeSniffer are in no registry that the set-up uses. No linter reads SQL: a migration never changes once
it is released, and every test of the database has PostgreSQL read all of them. Two were tried: sqlfluff has some 400
objections, all to layout and names, and squawk 46, to locks that matter where a table is changed while many use it.
Neither found a fault.
"""
