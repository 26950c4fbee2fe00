"""Files: written whole, and those that hold a secret."""
