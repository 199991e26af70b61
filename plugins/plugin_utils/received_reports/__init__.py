"""What others report of mail in our name (DMARC) and of TLS on the way to us: how it is read and shown."""
