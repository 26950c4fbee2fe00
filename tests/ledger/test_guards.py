"""The check of the guards names each that somebody has let down."""

import pytest

from domain.ledger import Ledger
from domain.ledger.guards import _functions, _triggers
from tests.ledger.conftest import Connection


def fallen(ledger: Ledger) -> list[str]:
    return [f"{found.where}: {found.what}" for found in ledger.guards()]


def test_the_guards_of_a_new_ledger_stand(ledger: Ledger):
    assert fallen(ledger) == []
    assert {
        "append",
        "append_one",
        "redact",
        "refuse_alteration",
        "refuse_gap",
        "add_checkpoint",
    } <= _functions().keys()
    assert {"events_append_only", "events_unaltered", "head_goes_forward"} <= _triggers()


@pytest.mark.parametrize(
    ("down", "up", "named"),
    [
        ("alter table events disable trigger events_append_only",
         "alter table events enable trigger events_append_only",
         "the guard events_append_only: it is switched off or gone: what it refuses can be done"),
        ("alter table events disable trigger events_unaltered",
         "alter table events enable replica trigger events_unaltered",
         "the guard events_unaltered: it is switched off or gone: what it refuses can be done"),
        ("create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'", "",
         "the function refuse_change: it is not the one that this program made"),
    ],
)  # fmt: skip
def test_a_guard_that_is_down_is_named(ledger: Ledger, owner: Connection, down: str, up: str, named: str):
    owner.execute(down.encode())
    assert fallen(ledger) == [named]
    if up:
        owner.execute(up.encode())


def test_a_privilege_that_the_program_should_not_have_is_named(ledger: Ledger, owner: Connection):
    role = ledger._datastore.role
    owner.execute(f'grant update on events to "{role}"'.encode())
    assert fallen(ledger) == ["the table events: the program's role may update: revoke that"]
    owner.execute(f'revoke update on events from "{role}"'.encode())
    assert fallen(ledger) == []
