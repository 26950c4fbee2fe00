"""Forms that record events: fields, drafts, dry run, and pages."""
