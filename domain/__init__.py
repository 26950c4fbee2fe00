"""The domain: the events of improvement plans, the rules, the ledger that stores them, and their proofs."""
