"""The commands of `asat`, by what they are for."""
