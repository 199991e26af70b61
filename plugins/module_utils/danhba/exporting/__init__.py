"""Exports the address book for programs and people: CSV, XLSX, vCard, LDIF, HTML and PDF."""
