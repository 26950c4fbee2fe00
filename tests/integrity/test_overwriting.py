"""No login that may append overwrites, by a redaction, what holds no text; and the check names a redaction that did."""

import json
from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest

from domain.events import TextRedacted
from domain.integrity.invariants import broken_invariants
from domain.ledger.mapper import event_state
from domain.ledger.schema import app_role
from domain.ledger.split_texts import split_event
from domain.opened_ledger import Ledger
from tests.kit import LATER, presented, progressed, rated, say
from tests.real_ledgers import Connection, Server, begin, connected, everything, record

REASON = {"sha256": "0" * 64}


def redaction(**fields: object) -> bytes:
    """The bytes of a redaction that the program would not write."""
    return json.dumps({"effective_on": "2019-12-15", **fields}).encode()


@pytest.fixture
def unchecked(open_ledger: Callable[[], Ledger]) -> Ledger:
    """A plan whose versions 4 to 6 are a presentation, a rating with a reason and a text."""
    ledger = open_ledger()
    begin(ledger)
    record(
        ledger,
        presented("Scrutiny", source={"title": "Minutes"}),
        rated("2.4", reason="Why"),
        progressed("2.4", "News"),
    )
    return ledger


@pytest.fixture
def append(server: Server, schema: str, unchecked: Ledger) -> Iterator[Callable[..., None]]:
    """Appends a redaction as whoever has the login that serves, one event or one of a batch."""
    with connected(server.app_conninfo, schema, app_role(schema)) as app:

        def append(function: str, state: bytes, whole: bytes | None = None, salts: bytes | None = None) -> None:
            call = {
                "append_one": "append_one('plan', %s, 'TextRedacted', %s, %s, 'x', null, %s, %s)",
                "append": "append(array['plan'], array[%s], array['TextRedacted'], array[%s], array[%s], array['x'],"
                " null, array[%s::bytea], array[%s::bytea])",
            }[function]
            app.execute(f"select {call}".encode(), (unchecked.plan("plan").version + 1, uuid4(), state, whole, salts))

        yield append


@pytest.mark.parametrize("function", ["append", "append_one"])
@pytest.mark.parametrize(
    ("version", "fields"),
    [
        (4, ["forum"]), (4, ["source", "forum"]), (4, ["effective_on"]), (5, ["rating"]), (5, ["reason", "action"]),
        (5, ["nothing"]), (5, []), (1, ["scale"]), (7, ["reason"]), (9, ["text"]), (0, ["text"]),
    ],
)  # fmt: skip
def test_a_redaction_of_what_holds_no_text_is_not_stored(
    unchecked: Ledger, append: Callable[..., None], function: str, version: int, fields: list[str]
):
    before = [one.fields() for one in everything(unchecked)]
    with pytest.raises(psycopg.DatabaseError):
        append(function, redaction(version=version, fields=fields, reason=REASON))
    assert [one.fields() for one in everything(unchecked)] == before
    assert list(broken_invariants(unchecked)) == []


@pytest.mark.parametrize("function", ["append", "append_one"])
def test_a_redaction_without_a_reason_is_not_stored(unchecked: Ledger, append: Callable[..., None], function: str):
    with pytest.raises(psycopg.DatabaseError, match="gives a reason"):
        append(function, redaction(version=6, fields=["text"]))
    assert unchecked.size() == 6


@pytest.mark.parametrize("function", ["append", "append_one"])
def test_the_texts_of_an_event_are_still_destroyed(unchecked: Ledger, append: Callable[..., None], function: str):
    event = say(TextRedacted, LATER, version=6, fields=("text",), reason="x")
    append(function, *split_event(event, event_state(event)))
    assert everything(unchecked)[5].fields()["text"] == "[redacted]"


@pytest.mark.parametrize(("version", "field"), [(4, "forum"), (5, "rating"), (1, "scale")])
def test_the_check_names_the_redaction_that_overwrote_a_field_and_its_victim(
    server: Server, schema: str, unchecked: Ledger, version: int, field: str
):
    """As a former database let the login that serves do it; after the victim the plan may not be readable."""
    event = say(TextRedacted, LATER, version=version, fields=(field,), reason="x")
    state, whole, salts = split_event(event, event_state(event))
    with connected(server.owner_conninfo, schema) as owner:
        without_redacting(owner, state, whole, salts)
        owner.execute("set session_replication_role = replica")
        owner.execute(
            "update events set whole = without_texts(coalesce(whole, state), array[%s]),"
            " salts = coalesce(salts, '') where version = %s", (field, version),
        )  # fmt: skip
    found = [f"{one.where}: {one.what}" for one in broken_invariants(unchecked)]
    assert any(one.startswith(f"plan version {version} ") for one in found), found
    assert any(one.startswith(f"plan version 7 (TextRedacted): it redacts `{field}` of") for one in found), found


@pytest.mark.parametrize(("version", "field"), [(9999, "text"), (7, "reason"), (8, "text"), (2, "label")])
def test_a_redaction_of_what_is_not_there_is_named_and_hides_nothing(
    server: Server, schema: str, unchecked: Ledger, version: int, field: str
):
    event = say(TextRedacted, LATER, version=version, fields=(field,), reason="x")
    with connected(server.owner_conninfo, schema) as owner:
        without_redacting(owner, *split_event(event, event_state(event)))
    found = [f"{one.where}: {one.what}" for one in broken_invariants(unchecked)]
    assert any(one.startswith("plan version 7 (TextRedacted): ") for one in found), found
    assert not any("to its end" in one for one in found), found


def without_redacting(owner: Connection, state: bytes, whole: bytes | None, salts: bytes | None) -> None:
    """Append a redaction with the function of a former release, which this stands for."""
    owner.execute("alter function redact(text, json) rename to redacts")
    owner.execute("create function redact(text, json) returns void language sql as ''")
    owner.execute(
        "select append_one('plan', 7, 'TextRedacted', %s, %s, 'x', null, %s, %s)", (uuid4(), state, whole, salts)
    )
    owner.execute("drop function redact(text, json)")
    owner.execute("alter function redacts(text, json) rename to redact")


#: Arguments of an append of two events, and what is wrong with the arrays.
ARRAYS = [
    ("'[2:3]={plan,plan}'", "'{4,5}'"), ("'{plan,plan}'", "'[2:3]={4,5}'"), ("'[0:1]={plan,plan}'", "'[0:1]={4,5}'"),
    ("'{plan,plan,plan}'", "'{4,5}'"), ("'{plan,plan}'", "'{4}'"), ("'{{plan,plan}}'", "'{4,5}'"),
    ("'{plan,plan}'", "'{{4},{5}}'"), ("null", "'{4,5}'"), ("'{}'", "'{4,5}'"), ("'{}'", "'{}'"),
]  # fmt: skip


@pytest.mark.parametrize(("plans", "versions"), ARRAYS)
def test_arrays_that_do_not_begin_at_one_and_end_alike_are_refused(
    ledger: Ledger, app: Connection, plans: str, versions: str
):
    begin(ledger)
    states = "array['{\"a\":1}'::bytea, '{\"a\":2}']"
    ids, topics, authors = "array[gen_random_uuid(), gen_random_uuid()]", "'{x,x}'", "'{x,x}'"
    with pytest.raises(psycopg.DatabaseError):
        app.execute(f"select append({plans}, {versions}, {topics}, {ids}, {states}, {authors})".encode())
    assert ledger.size() == 3


@pytest.mark.parametrize("name", ["predecessors", "wholes", "salts"])
def test_no_array_of_an_append_begins_elsewhere(ledger: Ledger, app: Connection, name: str):
    begin(ledger)
    with pytest.raises(psycopg.DatabaseError, match="the first at 1"):
        app.execute(
            "select append('{plan}', '{4}', '{x}', array[gen_random_uuid()], array['{}'::bytea], '{x}',"
            f" {name} => '[2:2]={{null}}')".encode()
        )
