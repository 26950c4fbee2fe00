"""How quick AsAt is, against what else one could have built it on. Run by `scripts/bench`; not part of the program."""
