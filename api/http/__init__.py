"""The answers at their addresses: one address per question, the suffix picks the form."""
