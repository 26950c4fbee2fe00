"""The five example plans in one ledger that comes out the same in every run, as what is asked is asked of it.

Version n of each plan is recorded on the nth Monday from 4 January 2021 at 09:30 UTC: long after everything in the
examples was true, so that no answer can take one clock for the other. "Today" is a fixed day too.
"""

from datetime import date
from functools import cache
from pathlib import Path

from api.questions.asker import Asker
from domain.envelopes import read_proposal_json
from tests.answers.remembered import RememberedLedger

EXAMPLES = Path(__file__).parents[2] / "examples"
#: A day after everything that is recorded.
TODAY = date(2027, 1, 4)


@cache
def examples() -> RememberedLedger:
    """The ledger of the five examples."""
    ledger = RememberedLedger()
    for file in sorted(EXAMPLES.glob("*.jsonl")):
        for line in file.read_bytes().splitlines():
            proposal = read_proposal_json(line, TODAY)
            ledger.record(proposal.plan, proposal.event, by="AsAt example")
    return ledger


@cache
def asker() -> Asker:
    """Asks the examples."""
    return Asker(examples(), TODAY)  # type: ignore[arg-type]  # it has the reading side of a ledger, and no more is used
