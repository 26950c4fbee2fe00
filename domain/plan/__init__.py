"""A plan: the fold of its events, and its views up to a version and at a point."""
