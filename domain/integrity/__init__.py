"""Integrity of a ledger: its stored tree, checkpoints, evidence packs, invariants and guards."""
