"""Files: atomic writes, and files that hold a secret."""
