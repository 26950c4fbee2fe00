"""The questions of AsAt: one object each, in a file of its own."""
