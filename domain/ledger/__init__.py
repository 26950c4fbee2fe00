"""Record and read: the ledger of one organisation, and how its events are stored."""
