"""Authentication and authorisation over HTTP: credentials, roles, form tokens, rate limits, and the audit of access."""
