"""What can be recorded of an improvement plan, and what it adds up to."""
