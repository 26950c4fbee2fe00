"""The questions that can be asked: one object each, in a file of its own."""
