"""Texts that can be redacted lie beside the ledger, which commits to them; what is read is what was recorded."""

import json
from base64 import b64decode
from hashlib import sha256
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.envelopes import read_proposal_json
from domain.events import EVENTS
from domain.ledger import Ledger
from domain.ledger.mapper import (
    committed_again,
    event_state,
    read_event,
    read_with_redactions,
    taken_apart,
    text_digest,
)
from domain.redaction import REDACTABLE, redactable
from domain.rules import Refused
from tests.domain.test_goldens import LINES
from tests.kit import LATER, added, opened, priority, progressed, rescheduled
from tests.ledger.conftest import Connection, begin, proposed, record

SOURCE = {"title": "Improvement plan", "reference": "Item 6", "published_on": "2019-03-01"}


@pytest.mark.parametrize(("name", "line"), LINES)
def test_every_event_ever_released_comes_back_as_it_was(name: str, line: str):
    event = EVENTS[name].model_validate_json(line)
    state, said = taken_apart(event)
    back, gone = read_with_redactions(name, state, said)
    assert (event_state(back), gone) == (line.encode(), ())
    assert committed_again(back, state) == state
    texts = json.loads(said) if said else {}
    assert set(texts) == set(redactable(name, json.loads(line)))
    for salt, value in texts.values():
        assert value == [] or json.dumps(value, ensure_ascii=False)[1:-1].encode() not in state
        assert len(b64decode(salt)) == 16


@pytest.mark.parametrize(("name", "line"), LINES)
def test_every_event_is_read_without_its_texts_and_says_which_are_gone(name: str, line: str):
    state, said = taken_apart(EVENTS[name].model_validate_json(line))
    back, gone = read_with_redactions(name, state, None)
    fields = json.loads(event_state(back))
    assert set(gone) == set(json.loads(said) if said else {})
    for field in gone:
        assert fields[field] in ("[redacted]", ["[redacted]"], {"title": "[redacted]"})
    assert committed_again(back, state) == state


def test_one_text_of_several_may_be_gone():
    event = rescheduled("2.4", approved_by="Board", source=SOURCE)
    state, said = taken_apart(event)
    texts = json.loads(said or "")
    del texts["approved_by"]
    back, gone = read_with_redactions("ActionRescheduled", state, json.dumps(texts))
    assert gone == ("approved_by",)
    assert back == event.model_copy(update={"approved_by": "[redacted]"})


HOSTILE = [
    '"',
    '\\":["',
    '{"sha256":"' + "a" * 64 + '"}',
    "\u2028é😀\\u007f",
    '","text":["',
    "a\tb\nc",
    ':{"sha256":"x',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_looks_like_how_texts_are_stored_is_a_text(ledger: Ledger, text: str):
    begin(ledger)
    events = [
        progressed("2.4", text),
        progressed("2.4", text, reason=text, source={"title": text.replace("\n", "").replace("\t", "")}),
    ]
    record(ledger, *events)
    assert [recorded.event for recorded in ledger.events("plan", after=3)] == events


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
def test_any_text_comes_back(text: str):
    event = progressed("2.4", text)
    state, said = taken_apart(event)
    assert read_event("ProgressReported", state, said) == event


def test_the_digest_is_of_salt_and_canonical_json():
    salt = bytes(range(16))
    for value, canonical in [
        ('é"\\\n', '"é\\"\\\\\\n"'), (["a", "b"], '["a","b"]'), ({"title": "t", "reference": "r"},
         '{"reference":"r","title":"t"}'),
    ]:  # fmt: skip
        assert text_digest(salt, value) == sha256(salt + canonical.encode()).hexdigest()


def test_the_same_text_twice_has_two_digests():
    first, second = (taken_apart(progressed("2.4", "Yes"))[0] for _ in range(2))
    assert first != second


def test_no_text_stands_in_the_row_itself(ledger: Ledger, owner: Connection):
    record(
        ledger,
        opened(),
        priority("2"),
        added("2.4", text="Peculiar words", leads=["Peculiar name"], outcome="Peculiar"),
    )
    record(ledger, progressed("2.4", "Peculiar news", reason="Peculiar reason", source={"title": "Peculiar paper"}))
    states = b"".join(row.state for row in ledger.stored("plan"))
    assert b"Peculiar" not in states
    assert b'"2.4"' in states


def test_what_questions_resolve_by_stays_in_the_row():
    kept = {field for kind in EVENTS.values() for field in kind.model_fields} - REDACTABLE
    assert {"forum", "label", "number", "action", "priority", "rating", "timescale", "period", "value", "scale",
            "effective_on", "measure", "standing", "level", "sha256", "version", "current",
            "previous"} <= kept  # fmt: skip
    assert "title" not in redactable("MeasureDefined", ["measure", "title"])


def test_a_proposal_repeated_is_recognised_by_its_texts(ledger: Ledger):
    begin(ledger)
    event_id = uuid4()
    (first,) = record(ledger, proposed(progressed("2.4", "One"), event_id=event_id))
    assert record(ledger, proposed(progressed("2.4", "One"), event_id=event_id)) == [first]
    with pytest.raises(Refused, match="already belongs to another event"):
        record(ledger, proposed(progressed("2.4", "Another"), event_id=event_id))


def test_a_proposal_repeated_is_recognised_though_its_text_is_gone(ledger: Ledger, owner: Connection):
    begin(ledger)
    event_id = uuid4()
    record(ledger, proposed(progressed("2.4", "One"), event_id=event_id))
    with owner.transaction():
        owner.execute("set local session_replication_role = replica")
        owner.execute("create table kept as select * from texts where position = 4")
        owner.execute("delete from texts where position = 4")
    (again,) = record(ledger, proposed(progressed("2.4", "One"), event_id=event_id))
    assert (again.redacted, again.event) == (("text",), progressed("2.4", "[redacted]"))
    assert again.fields()["redacted"] == ["text"]
    owner.execute("insert into texts select * from kept; drop table kept")


def test_events_stored_before_there_were_texts_beside_them_are_read_as_they_are():
    line = '{"effective_on":"2019-03-15","reason":"Why","action":"2.4","text":"News"}'
    event = read_proposal_json('{"type":"ProgressReported","plan":"plan",' + line[1:], LATER).event
    assert read_with_redactions("ProgressReported", line.encode(), None) == (event, ())
    assert committed_again(event, line.encode()) == line.encode()
