"""Vietnamese names, their marks, and the encodings before Unicode."""
