"""Access control: its vocabulary, which is pure, and the access ledger, which stores its events."""
