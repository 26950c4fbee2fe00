"""Benchmarks of AsAt against alternatives to build it on. Run by `scripts/bench`; not part of the program."""
