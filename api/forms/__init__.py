"""Forms that record an event: fields, drafts, dry run, and their pages."""
