"""Who asks over HTTP, and what they may: credentials, roles, the token of every form, limits, and what is noted."""
