"""What modules do on the host: the standard library and Debian's psycopg, nothing else."""
