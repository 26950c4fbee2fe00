"""Tokens: the credentials of programs."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.access import access_events as events
from domain.access.access_errors import AccessCode, NotSignedIn, PrincipalUnknown
from domain.access.access_ledger import AccessLedger
from domain.access.principals import Grant, Principal
from domain.opened_ledger import Ledger
from tests.access.conftest import BY, INSTANT, now
from tests.refusing import refused


def test_a_token_is_a_principal_of_its_own(access: AccessLedger, ann: str):
    secret, made = access.tokens.create("Case system", Grant("recorder", "sunderland"), None, BY)
    assert secret.startswith("asat_")
    assert access.tokens.principal(secret, now()) == Principal(
        "Case system", (Grant("recorder", "sunderland"),), program=True
    )
    assert access.tokens.all() == [made]
    assert (made.created_by, made.revoked) == (BY, False)


def test_no_token_is_a_steward_also_one_that_was_made_as_such(
    access: AccessLedger, ann: str, monkeypatch: pytest.MonkeyPatch
):
    with refused(AccessCode.TOKEN_NOT_STEWARD, "not given the role steward"):
        access.tokens.create("Robot", Grant("steward"), None, BY)
    assert access.tokens.all() == []
    secret, _ = access.tokens.create("Robot", Grant("reader"), None, BY)
    kept = events.TokenCreated(name="Robot", role="steward")
    monkeypatch.setattr("domain.access.access_streams._event", lambda *_: kept)
    robot = access.tokens.principal(secret, now())
    assert robot.grants == (Grant("steward"),)
    assert robot.may("reader", "sunderland", now())
    assert not robot.may("steward", "sunderland", now())


def test_a_token_expires_at_its_instant(access: AccessLedger, ann: str):
    end = now() + timedelta(days=1)
    for until, of_grant in ((end, None), (None, end), (end, end + INSTANT), (end + INSTANT, end)):
        secret, made = access.tokens.create(f"T {until} {of_grant}"[:100], Grant("reader", until=of_grant), until, BY)
        assert made.grant.until == end
        assert access.tokens.principal(secret, end - INSTANT).may("reader", "sunderland", end - INSTANT)
        with pytest.raises(NotSignedIn):
            access.tokens.principal(secret, end)


@pytest.mark.parametrize("by_name", [True, False])
def test_a_revoked_token_opens_nothing_anywhere(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger], by_name: bool
):
    other = open_ledger().access
    secret, made = access.tokens.create("Case system", Grant("reader"), None, BY)
    kept, _ = access.tokens.create("Another", Grant("reader"), None, BY)
    assert other.tokens.principal(secret, now()).name == "Case system"
    access.tokens.revoke("case SYSTEM" if by_name else made.id, BY)
    with pytest.raises(NotSignedIn, match="was revoked"):
        other.tokens.principal(secret, now())
    assert other.tokens.principal(kept, now()).name == "Another"
    with refused(AccessCode.ALREADY_REVOKED, "already revoked"):
        access.tokens.revoke(made.id, BY)
    for wrong in ("no such token", "\udcff\x00", made.id[:-1]):
        with pytest.raises(PrincipalUnknown):
            access.tokens.revoke(wrong, BY)


def test_what_is_no_token_opens_nothing(access: AccessLedger, ann: str):
    secret, _ = access.tokens.create("Case system", Grant("reader"), None, BY)
    for wrong in ("", "asat_", secret.removeprefix("asat_"), secret + "x", secret[:-1], "asat_\udcff\x00", "%"):
        with pytest.raises(NotSignedIn):
            access.tokens.principal(wrong, now())


def test_an_open_ledger_has_no_tokens(access: AccessLedger):
    with refused(AccessCode.LEDGER_OPEN, "add a principal first"):
        access.tokens.create("Case system", Grant("reader"), None, BY)
