"""HTTP and the command line: parse, ask, render."""
