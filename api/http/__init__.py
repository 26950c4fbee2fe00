"""The HTTP API: one address per question; the suffix selects the format."""
