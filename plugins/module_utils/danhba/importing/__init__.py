"""Import of staff lists that agencies send as spreadsheets: from the file to entries of the register."""
