"""Creates a province's own repository (`danhba init`)."""
