"""Lists that agencies send and programs take: reading spreadsheets, writing CSV, XLSX, vCard and LDIF."""
