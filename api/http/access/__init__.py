"""Who asks over HTTP, and what they may: credentials, roles, tokens of forms, rate limits, and the audit."""
