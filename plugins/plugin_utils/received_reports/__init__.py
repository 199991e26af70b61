"""Reports of others on mail in our name (DMARC) and on TLS to us: reading and rendering."""
