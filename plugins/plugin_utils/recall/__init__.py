"""The papers of a recall, on the controller: what they say (`content`), as a text and as a PDF (`drawing`)."""
