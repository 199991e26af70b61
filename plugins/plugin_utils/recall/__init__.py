"""The papers of a recall, on the controller: their content (`content`), and their files (`writing`)."""
