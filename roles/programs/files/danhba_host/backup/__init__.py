"""Backup, restore and drill: restic for files, pgBackRest for the database (docs/decisions/0067)."""
