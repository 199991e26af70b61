"""What DNS must hold for mail: which records, how they are written down, and whether the servers hold them."""
