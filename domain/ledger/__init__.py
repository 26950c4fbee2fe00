"""Record and read: the only place that knows how events are stored."""

from domain.ledger.errors import LedgerUnusable, PlanUnknown, VersionConflict
from domain.ledger.invariants import Broken, Noted
from domain.ledger.ledger import Ledger

__all__ = ["Broken", "Ledger", "LedgerUnusable", "Noted", "PlanUnknown", "VersionConflict"]
