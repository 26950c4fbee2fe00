"""Writers of a composed paper, one for each format."""
