"""The events of a pack: each stands in the tree, none is missing, and no text is gone that no event redacts."""

import json
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from domain.proofs.checkpoint import Checkpoint
from domain.proofs.entry import Entry, NotAnEntry
from domain.proofs.tree import NotProved, check_inclusion, leaf_hash
from domain.proofs.verifying.calendar_days import instant, read_day
from domain.proofs.verifying.failure import Failed, shown
from domain.proofs.verifying.json_values import MOST_VALUES, Json, encoded, read_json, values_in
from domain.proofs.verifying.key_chain import decoded
from domain.proofs.verifying.statement import Statement

#: The bytes that are hashed before each text, so that nobody can find it out by trying.
SALT_SIZE = 16

#: The most characters of an author and of a kind; AsAt gives at most 100 and 20.
_LONGEST_AUTHOR, _LONGEST_KIND = 200, 63

#: Stands in papers for a text that is gone, and in a list for several.
REDACTED = "[redacted]"


class Event(NamedTuple):
    """An event of the plan, read and proved."""

    entry: Entry
    fields: dict[str, Json]
    #: The fields of which only the digest is left.
    gone: tuple[str, ...]

    @property
    def where(self) -> str:
        """Its name in a report."""
        return f"version {self.entry.version} ({self.entry.topic})"

    def words(self, name: str) -> Json:
        """The value that papers show of a field that can be redacted; None if the event does not have it."""
        if name not in self.gone:
            return self.fields.get(name)
        return [REDACTED] if name in ("leads", "evidence") else REDACTED


def text_digest(salt: bytes, value: object, where: str) -> str:
    """The digest that an event commits to in place of a text that stands beside the ledger."""
    try:
        plain_json = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except RecursionError:
        raise Failed(where, "a text in it is nested beyond measure") from None
    return sha256(salt + encoded(plain_json, where)).hexdigest()


def digest_of(value: object, where: str) -> str | None:
    """The digest that stands for a text in an event, None if the value is another; raises Failed if it is none."""
    if not isinstance(value, dict) or list(value) != ["sha256"]:
        return None
    digest = value["sha256"]
    if type(digest) is not str or not re.fullmatch("[0-9a-f]{64}", digest):
        raise Failed(where, f"{shown(digest)} stands in it for the digest of a text, and is none")
    return digest


def read_event(line: bytes, checkpoint: Checkpoint, due: int) -> Event:
    """The event on a line of events.jsonl, which must stand in the tree; `due` is the version that should come here."""
    where = f"version {due}"
    held = read_json(line, where)
    if not isinstance(held, dict) or list(held) != ["entry", "texts", "proof"]:
        raise Failed(where, "its line in events.jsonl is not as AsAt writes it")
    data, texts, proof = decoded(held["entry"], where), held["texts"], held["proof"]
    if not isinstance(texts, dict) or not isinstance(proof, list) or len(proof) > 64:
        raise Failed(where, "its line in events.jsonl is not as AsAt writes it")
    try:
        entry = Entry.read(data)
    except NotAnEntry as error:
        raise Failed(where, str(error)) from None
    if len(entry.recorded_by) > _LONGEST_AUTHOR or len(entry.topic) > _LONGEST_KIND:
        raise Failed(
            where, f"its author has more than {_LONGEST_AUTHOR} characters, or its kind more than {_LONGEST_KIND}"
        )
    steps = [decoded(one, where) for one in proof]
    where = _place(entry)
    try:
        check_inclusion(leaf_hash(data), entry.position - 1, checkpoint.size, checkpoint.root, steps)
    except NotProved:
        raise Failed(
            where, "it is not in the ledger as it stands here: it was altered, added, or is another's"
        ) from None
    fields = read_json(entry.state, where)
    if not isinstance(fields, dict):
        raise Failed(where, "its stored form is no event")
    gone = _fill_in(fields, texts, where)
    event = Event(entry, fields, gone)
    read_day(fields.get("effective_on"), event.where)
    return event


def _place(entry: Entry) -> str:
    return f"version {entry.version} (position {entry.position}, {entry.topic})"


def _fill_in(fields: dict[str, Json], texts: dict[str, Json], where: str) -> tuple[str, ...]:
    """Put the texts in the place of their digests; returns the fields whose texts are gone, and raises Failed."""
    digests = {name: digest for name, value in fields.items() if (digest := digest_of(value, where)) is not None}
    for name, kept in texts.items():
        if not isinstance(kept, list) or len(kept) != 2 or name not in digests:
            raise Failed(where, f"the text {name!r} beside it is none that it has")
        salt = decoded(kept[0], where)
        # Of another length it could begin with the salt and go on with the text, of which only the end would be shown.
        if len(salt) != SALT_SIZE or text_digest(salt, kept[1], where) != digests[name]:
            raise Failed(where, f"its text {name!r} is not the one that was recorded")
        fields[name] = kept[1]
    return tuple(name for name in digests if name not in texts)


def read_events(data: bytes, statement: Statement, checkpoint: Checkpoint) -> list[Event]:
    """All events of the plan, each in its place and none missing; raises Failed at the first that is not."""
    events: list[Event] = []
    lines = data.split(b"\n")
    if lines.pop() != b"":
        raise Failed("events.jsonl", "it is cut off")
    values = values_in(data)
    for due, line in enumerate(lines, 1):
        event = read_event(line, checkpoint, due)
        values += values_in(event.entry.state)
        if values > MOST_VALUES:
            raise Failed("events.jsonl", f"it holds more than {MOST_VALUES:,} values, and is not read")
        _check_order(event.entry, events[-1].entry if events else None, statement.plan, due)
        events.append(event)
    if len(events) < statement.version:
        raise Failed(f"version {len(events) + 1}", f"it is missing: the ledger had {statement.version} of this plan")
    if len(events) > statement.version or (events and events[-1].entry.position != statement.position):
        raise Failed(f"version {statement.version}", "it is not the newest here, or not where the ledger says")
    return events


def _check_order(entry: Entry, before: Entry | None, plan: str, due: int) -> None:
    """Check that an entry is of the plan, and stands after the one before it; raises Failed."""
    where = _place(entry)
    if entry.plan != plan:
        raise Failed(where, f"it is of plan {entry.plan}, not {plan}")
    if entry.version > due:
        raise Failed(f"version {due}", f"it is missing: version {entry.version} stands in its place")
    if entry.version < due:
        raise Failed(where, f"it stands where version {due} should: twice, or out of order")
    if before and entry.position <= before.position:
        raise Failed(where, "it stands in the ledger before the version that it follows")
    if before and entry.recorded_at < before.recorded_at:
        raise Failed(where, f"it is dated {instant(entry.recorded_at)}, before the version that it follows")


def read_version(event: Event) -> int:
    """The version of the event that this one is about; raises Failed if it is no whole number."""
    version = event.fields.get("version")
    if type(version) is not int or version < 1:
        raise Failed(event.where, f"it is about {shown(version)}, which is no version of the plan")
    return version


def redactions(events: Sequence[Event]) -> list[str]:
    """Each text that is gone, and the event that says so; raises Failed if one is left out without any."""
    redacted: dict[tuple[int, str], Event] = {}
    for event in (one for one in events if one.entry.topic == "TextRedacted"):
        version, fields = read_version(event), event.fields.get("fields")
        if not isinstance(fields, list) or any(type(name) is not str for name in fields):
            raise Failed(event.where, "it does not name the texts that it redacts")
        if version >= event.entry.version:
            raise Failed(event.where, f"it redacts version {version}, which does not come before it")
        for name in fields:
            redacted.setdefault((version, name), event)
    found = []
    for event in events:
        for name in event.fields:
            by = redacted.get((event.entry.version, name))
            if by is None and name in event.gone:
                raise Failed(event.where, f"its text {name!r} was left out of the pack, and no event redacts it")
            if by is not None and name not in event.gone:
                what = f"its text {name!r} was redacted by version {by.entry.version}, and must not be here"
                raise Failed(event.where, what)
            if by is not None:
                found.append(_redaction(event, name, by))
    return found


def _redaction(event: Event, name: str, by: Event) -> str:
    gone = "reason" in by.gone
    why = "a reason that is gone too" if gone else json.dumps(by.fields.get("reason"), ensure_ascii=False)
    return (
        f"{event.where}, its {name}: redacted by version {by.entry.version}, by {by.entry.recorded_by} at"
        f" {instant(by.entry.recorded_at)}, for {why}."
    )


def listing(events: Sequence[Event]) -> Iterator[str]:
    """Every event, a line for its place in the ledger and one for each field."""
    for event in events:
        entry = event.entry
        yield (
            f"version {entry.version}: {entry.topic}, effective on {event.fields.get('effective_on')}, recorded at"
            f" {instant(entry.recorded_at)} by {entry.recorded_by}, position {entry.position}"
        )
        for name, value in event.fields.items():
            if name != "effective_on":
                yield f"    {name}: {'[redacted]' if name in event.gone else json.dumps(value, ensure_ascii=False)}"
