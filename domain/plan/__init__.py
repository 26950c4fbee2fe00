"""A plan: what its events add up to, at any point."""
