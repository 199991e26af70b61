"""A province's own repository, as `danhba init` writes it."""
