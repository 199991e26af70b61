"""Vietnamese names: their parts and spelling; and the Vietnamese encodings before Unicode."""
