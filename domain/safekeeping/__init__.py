"""Backup, restore and purge of a ledger."""
