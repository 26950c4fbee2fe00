"""The verification of a pack, step by step."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from domain.edition import EDITION
from domain.proofs.checkpoint import Checkpoint
from domain.proofs.entry import Entry
from domain.proofs.keys import VerifierKey
from domain.proofs.signed_notes import Note, open_note
from domain.proofs.verifying.calendar_days import instant
from domain.proofs.verifying.earlier_checkpoint import Pack, check_since, signed_statement
from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.figures import FIGURES, check_figures
from domain.proofs.verifying.key_chain import read_chain, read_key, read_witness, witnessed
from domain.proofs.verifying.pack_events import Event, read_events, redactions
from domain.proofs.verifying.pack_zip import zip_files
from domain.proofs.verifying.plan_fold import Fold
from domain.proofs.verifying.stamped_checkpoint import check_stamps
from domain.proofs.verifying.statement import Statement, check_files, check_present
from domain.proofs.verifying.verification_report import Report, several

#: The other files that are looked into; of a file of another name there is the signature alone.
_LOOKED_INTO = re.compile(
    r"verify[.]py|since([.]txt|-proof[.]json)|stamped(-[0-9]{1,2})?([.]txt|[.]tsr|-proof[.]json)|papers/.+"
)

_RULES = (
    "Whether each event kept AsAt's other rules of recording was not checked, such as that a number was free, or that a"
    " rating was on the scale."
)


def verify(
    data: bytes,
    key: str | None = None,
    since: bytes | None = None,
    witnesses: Sequence[str] = (),
    roots: bytes | None = None,
) -> Report:
    """The findings about the pack of these bytes.

    Args:
        data: the pack.
        key: the ledger's published key, as the reader knows it from elsewhere; now or before it was replaced.
        since: a checkpoint or a pack of the same ledger that the reader has kept from before.
        witnesses: published keys of witnesses whom the reader trusts.
        roots: certificates, in PEM or DER, of time-stamping authorities whom the reader trusts.

    Raises:
        Failed: at the first thing that does not hold.
    """
    files = zip_files(data)
    check_present(files)
    report = Report(program=files.get("verify.py"))
    chain = read_chain(files["keys.json"])
    trusted = _trusted(chain, key, report)
    checkpoint, statement = signed_statement(files, trusted)
    report.size = checkpoint.size
    note = files["checkpoint.txt"]
    report.proved += _say_signers(note, checkpoint, trusted, witnesses)
    if (others := _others(note, chain)) and not witnesses:
        report.remarks.append(f"The checkpoint bears signatures ({others}) that were not checked: give --witness KEY.")
    check_files(files, statement)
    events = report.events = read_events(files["events.jsonl"], statement, checkpoint)
    _say_events(events, statement, report)
    pack = Pack(files, chain, checkpoint, events)
    check_since(pack, since, report)
    check_stamps(pack, roots, report)
    _check_papers(files, _fold(events, statement, report), statement, report)
    _say_others(statement, report)
    return report


def _say_others(statement: Statement, report: Report) -> None:
    if unknown := sorted(name for name in statement.files if not _LOOKED_INTO.fullmatch(name)):
        report.remarks.append(
            f"What {', '.join(unknown)} says was not checked: it bears the ledger's signature and no more."
        )


def _trusted(chain: list[VerifierKey], key: str | None, report: Report) -> list[VerifierKey]:
    """The keys that are believed: the one the reader knows, and those that it leads to."""
    if key is None:
        report.remarks.append(
            f"Whose key it is was not checked. Compare it with the one that {chain[0].name} publishes, or give that"
            f" with --key: {chain[-1]}"
        )
        return chain
    where = "the key that was given"
    known = read_key(key.strip(), where)
    if known not in chain:
        raise Failed(where, f"it is none of the ledger in this pack, which is {chain[0].name}")
    return chain[chain.index(known) :]


def _say_signers(
    note: bytes, checkpoint: Checkpoint, trusted: Sequence[VerifierKey], witnesses: Sequence[str]
) -> Iterator[str]:
    """Sentences about the signatures of the checkpoint; raises Failed if a witness whom the reader trusts has none."""
    by = open_note(note, trusted).believed[0][0]
    yield f"The ledger {by.name} has signed for {checkpoint.size:,} entries with {by}."
    for text in witnesses:
        witness = read_witness(text.strip())
        try:
            at = instant(datetime.fromtimestamp(witnessed(note, trusted, witness), UTC))
        except (ValueError, OverflowError, OSError):
            what = f"the witness {witness.name} signed it at no instant of the calendar"
            raise Failed("the checkpoint", what) from None
        yield f"The witness {witness.name} has signed it too, at {at}."


def _others(note: bytes, chain: Sequence[VerifierKey]) -> str:
    """The names in signatures of a note by other keys than these."""
    own = {(key.name, key.key_id) for key in chain}
    return ", ".join(sorted({one.name for one in Note.read(note).signatures if (one.name, one.key_id) not in own}))


def _say_events(events: Sequence[Event], statement: Statement, report: Report) -> None:
    """Report that the events stand in the ledger, are whole, were signed for, and which texts of them are gone."""
    first, last = events[0].entry, events[-1].entry
    report.proved.append(
        f"Each of the {several(events, 'event')} of plan {statement.plan} stands in it, unaltered: versions 1 to"
        f" {len(events)}, recorded from {instant(first.recorded_at)} to {instant(last.recorded_at)}."
    )
    report.proved.append(
        f"None before the newest is missing, and {statement.origin} has signed that version {statement.version} is the"
        " newest of this plan among those entries."
    )
    _say_when(statement, last, report)
    if gone := redactions(events):
        many = "1 text is gone, as an event says" if len(gone) == 1 else f"{len(gone):,} texts are gone, as events say"
        report.proved += [f"{many}:", *(f"    {one}" for one in gone)]


def _say_when(statement: Statement, last: Entry, report: Report) -> None:
    if statement.signed is None:
        report.remarks.append("When it was signed the pack does not say: it was made by an earlier AsAt.")
        return
    report.proved.append(
        f"{statement.origin} says that it signed this at {statement.signed}, by its own clock. What was recorded after"
        " that is not in it."
    )
    if statement.signed < instant(last.recorded_at)[:19]:
        report.remarks.append("A clock went wrong: its newest event bears a later instant than the signature.")


def _fold(events: Sequence[Event], statement: Statement, report: Report) -> Fold | None:
    """The plan of the events; None if they are of another edition, by whose rules it may be another.

    In every edition an event names what the plan has, and nobody confirms a rating of their own: so much is checked of
    each. Of an event whose kind this program does not know it cannot tell what it adds to the plan.
    """
    fold = Fold(events, own_edition=statement.edition == EDITION)
    report.remarks.append(_RULES)
    if fold.unknown:
        report.remarks.append(
            f"What {', '.join(one.where for one in fold.unknown[:20])} changes was not worked out: this"
            f" program does not know the kind. The pack has {several(fold.unknown, 'such event')}."
        )
    if fold.left_out is not None:
        report.other_edition = (
            f"whether all events name what the plan has. {fold.unknown[0].where} is of a kind that this program does"
            f" not know, and by what it does know this does not hold: {fold.left_out}."
        )
        return None
    if statement.edition == EDITION:
        return fold
    report.proved.append(
        "Every event names actions and events that the plan had; nobody confirms a rating of their own."
    )
    return None


def _check_papers(files: dict[str, bytes], fold: Fold | None, statement: Statement, report: Report) -> None:
    """Compare the papers with the events, and report of each what was worked out anew."""
    papers = sorted(name for name in files if name.startswith("papers/"))
    if not papers:
        return
    if statement.at is None:
        raise Failed("the statement", "it does not say which point the papers show")
    figures = {
        name: check_figures(name, files[name], fold, report.events, statement) if name.endswith(".json") else None
        for name in papers
    }
    day, _, version = statement.at.partition("@")
    shows = f"They show the plan as at {day}, as known at version {version}."
    report.proved.append(f"The papers are those that the ledger signed for ({', '.join(papers)}). {shows}")
    _say_figures({name: count for name, count in figures.items() if count is not None}, report)
    if fold is None and any(name.removeprefix("papers/") in FIGURES for name in papers):
        report.other_edition = f"{report.other_edition} Nor " if report.other_edition else ""
        report.other_edition += (
            f"the figures in the papers. They are of edition {statement.edition} of AsAt's rules, and this program"
            f" works out edition {EDITION}. The verify.py in the pack works them out; if you do not trust whoever gave"
            " you the pack, take the one of that release of AsAt from where AsAt is published."
        )
    for name, count in figures.items():
        if count is None:
            report.remarks.append(f"For {name} there is the signature of {statement.origin} and no more.")


def _say_figures(compared: dict[str, int], report: Report) -> None:
    if compared:
        report.proved.append(f"{sum(compared.values()):,} of their figures follow from the events:")
    for name, count in compared.items():
        known = FIGURES[name.removeprefix("papers/")]
        report.proved.append(f"    {name}: {count:,} figures. Worked out anew: {known.done}.")
        report.remarks.append(f"Of {name} not worked out anew: {known.left}.")
