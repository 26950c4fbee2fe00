"""The commands of `asat`, by subject."""
