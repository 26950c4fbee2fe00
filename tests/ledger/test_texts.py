"""Texts that can be redacted lie beside what the tree commits to; what is read is what was recorded."""

import json
from base64 import b64decode
from hashlib import sha256
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.events import EVENTS, Event
from domain.ledger.mapper import event_state, read_event
from domain.ledger.split_texts import (
    SplitEvent,
    committed_again,
    kept_texts,
    redacted_fields,
    remaining_texts,
    split_event,
    text_digest,
    texts_not_as_committed,
)
from domain.opened_ledger import Ledger
from domain.redaction import REDACTABLE, redactable
from domain.refusals import LedgerDamaged, Refused
from tests.domain.test_golden_events import LINES
from tests.kit import added, opened, priority, progressed, rated
from tests.real_ledgers import begin, proposed, record


def apart(event: Event) -> SplitEvent:
    return split_event(event, event_state(event))


@pytest.mark.parametrize(("name", "line"), LINES)
def test_every_event_ever_released_comes_back_as_it_was(name: str, line: str):
    event = EVENTS[name].model_validate_json(line)
    state, whole, salts = apart(event)
    back = read_event(name, state if whole is None else whole)
    assert event_state(back) == line.encode()
    assert committed_again(event_state(back), state) == state
    assert list(texts_not_as_committed(state, whole, salts)) == []
    assert [text.field for text in kept_texts(state, salts)] == redactable(name, json.loads(line))
    assert redacted_fields(state, salts) == ()


@pytest.mark.parametrize(("name", "line"), LINES)
def test_no_text_stands_in_what_the_tree_commits_to(name: str, line: str):
    state, _, salts = apart(EVENTS[name].model_validate_json(line))
    for field in (text.field for text in kept_texts(state, salts)):
        value = json.loads(line)[field]
        assert value == [] or json.dumps(value, ensure_ascii=False)[1:-1].encode() not in state
        assert json.loads(state)[field].keys() == {"sha256"}


def test_an_event_without_texts_is_stored_once():
    assert apart(rated("2.4")) == (event_state(rated("2.4")), None, None)


def test_the_texts_go_with_a_proof_as_salt_and_value():
    event = progressed("2.4", "News", reason="Why")
    state, whole, salts = apart(event)
    texts = json.loads(remaining_texts(state, whole, salts) or "")
    assert {field: value for field, (_, value) in texts.items()} == {"reason": "Why", "text": "News"}
    for field, (salt, value) in texts.items():
        assert len(b64decode(salt)) == 16
        assert text_digest(b64decode(salt), value) == json.loads(state)[field]["sha256"]


def test_a_salt_of_zeros_is_a_text_that_is_gone():
    state, whole, salts = apart(progressed("2.4", "News", reason="Why"))
    assert salts is not None
    one_left = bytes(16) + salts[16:]
    assert redacted_fields(state, one_left) == ("reason",)
    assert list(json.loads(remaining_texts(state, whole, one_left) or "")) == ["text"]
    assert remaining_texts(state, whole, bytes(32)) is None


def test_salts_that_are_not_the_events_own_are_damage():
    state, _, salts = apart(progressed("2.4", "News"))
    with pytest.raises(LedgerDamaged, match="commits to 1 texts, and there are 32 bytes"):
        kept_texts(state, (salts or b"") * 2)


@pytest.mark.parametrize(
    "text",
    ['"', '{"sha256":"' + "a" * 64 + '"}', "\u2028é😀\\u007f", '","text":["', "a\tb\nc", ':{"sha256":"x', "[redacted]"],
)
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
    state, whole, salts = apart(event)
    assert read_event("ProgressReported", whole or b"") == event
    assert list(texts_not_as_committed(state, whole, salts)) == []


def test_the_digest_is_of_salt_and_canonical_json():
    salt = bytes(range(16))
    for value, canonical in [
        ('é"\\\n', '"é\\"\\\\\\n"'), (["a", "b"], '["a","b"]'), ({"title": "t", "reference": "r"},
         '{"reference":"r","title":"t"}'),
    ]:  # fmt: skip
        assert text_digest(salt, value) == sha256(salt + canonical.encode()).hexdigest()


def test_the_same_text_twice_has_two_digests():
    first, second = (apart(progressed("2.4", "Yes")).state for _ in range(2))
    assert first != second


def test_no_text_stands_in_the_committed_bytes_of_a_row(ledger: Ledger):
    record(
        ledger,
        opened(),
        priority("2"),
        added("2.4", text="Peculiar words", leads=["Peculiar name"], outcome="Peculiar"),
    )
    record(ledger, progressed("2.4", "Peculiar news", reason="Peculiar reason", source={"title": "Peculiar paper"}))
    states = b"".join(row.state for row in ledger.recorder.select_events("plan"))
    assert b"Peculiar" not in states
    assert b'"2.4"' in states


def test_what_questions_resolve_by_is_committed_to_itself():
    kept = {field for kind in EVENTS.values() for field in kind.model_fields} - REDACTABLE
    assert {"forum", "label", "number", "action", "priority", "rating", "timescale", "period", "value", "scale",
            "effective_on", "measure", "standing", "level", "sha256", "version", "current",
            "previous", "fields"} <= kept  # fmt: skip
    assert "title" not in redactable("MeasureDefined", ["measure", "title"])


def test_a_proposal_repeated_is_recognised_by_its_texts(ledger: Ledger):
    begin(ledger)
    event_id = uuid4()
    (first,) = record(ledger, proposed(progressed("2.4", "One"), event_id=event_id))
    assert record(ledger, proposed(progressed("2.4", "One"), event_id=event_id)) == [first]
    with pytest.raises(Refused, match="already belongs to another event"):
        record(ledger, proposed(progressed("2.4", "Another"), event_id=event_id))
