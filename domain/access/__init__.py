"""Who may do what: its vocabulary, which is pure, and the access ledger, which stores it."""
