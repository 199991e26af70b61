"""Lists that programs and people take: CSV, XLSX, vCard, LDIF, HTML and PDF."""
