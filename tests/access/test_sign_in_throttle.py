"""Refused sign-ins, and what they lock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from domain.access import password_hashing
from domain.access.access_errors import SignInFailed
from domain.access.access_ledger import AccessLedger
from domain.access.principals import Grant
from domain.access.sentences import sentence
from domain.access.sign_in_throttle import account_stream, network_of
from domain.opened_ledger import Ledger
from tests.access.conftest import AFAR, BY, HERE, INSTANT, NEARBY, PASSWORD, fail, kinds, locked_out, now


def test_neither_name_nor_password_is_said_to_be_wrong(access: AccessLedger, ann: str):
    access.principals.add("Bob", [Grant("reader")], BY)
    access.principals.add("Cid", [Grant("reader")], BY)
    access.passwords.set("Cid", PASSWORD, BY)
    access.principals.leave("Cid", BY)
    said = set()
    for account in ("Ann", "Bob", "Cid", "Nobody", "anyone", "", "x" * 5000, "\udcff\x00"):
        with pytest.raises(SignInFailed) as refused:
            access.passwords.sign_in(account, PASSWORD if account != "Ann" else "wrong", now(), None)
        said.add((str(refused.value), refused.value.retry_after))
    assert said == {("the name or the password is wrong", None)}


def test_an_unknown_name_costs_what_a_wrong_password_costs(
    access: AccessLedger, ann: str, monkeypatch: pytest.MonkeyPatch
):
    verified = []
    hasher = PasswordHasher()

    class Watched:
        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

        def verify(self, hashed: str, password: bytes) -> bool:
            verified.append(hashed.split("$")[2:4])
            return hasher.verify(hashed, password)

    monkeypatch.setattr(password_hashing, "_hasher", Watched())
    access.passwords.set("Ann", "another few words", BY)
    for account in ("Nobody", "Ann", "Nobody"):
        with pytest.raises(SignInFailed):
            access.passwords.sign_in(account, "wrong", now(), None)
    assert len(verified) == 3, "each time one password is looked at"
    assert len({tuple(cost) for cost in verified}) == 1, "at the same cost of memory and passes"


def test_after_five_refusals_the_password_is_not_looked_at(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
):
    fail(access, 4)
    assert access.passwords.sign_in("Ann", PASSWORD, now(), HERE)
    fail(access, 1)
    fifth = access.audit.records()[-1].recorded_at
    reopened = open_ledger().access
    with monkeypatch.context() as patched:
        patched.setattr("domain.access.passwords.is_password", lambda *_: pytest.fail("it was looked at"))
        for account, address in (("Ann", HERE), ("ann", NEARBY)):
            with pytest.raises(SignInFailed, match="try again in 15 minutes") as refused:
                reopened.passwords.sign_in(account, PASSWORD, fifth + timedelta(seconds=1), address)
            assert refused.value.retry_after == 14 * 60 + 59
        with pytest.raises(SignInFailed, match=r"in 1 minute, "):
            reopened.passwords.sign_in("Ann", PASSWORD, fifth + timedelta(minutes=15) - INSTANT, HERE)
    assert kinds(access).count("SignInRefused") == 5, "what is refused unseen is not kept, or it fills the disk"
    assert reopened.passwords.sign_in("Ann", PASSWORD, fifth + timedelta(minutes=15), HERE)


def test_whoever_knows_a_name_does_not_keep_its_owner_out_from_elsewhere(access: AccessLedger, ann: str):
    fail(access, 5)
    assert locked_out(access)
    assert not locked_out(access, AFAR)
    assert not locked_out(access, None)


def test_after_fifty_refusals_from_anywhere_nobody_comes_in(access: AccessLedger, ann: str):
    for network in range(12):
        fail(access, 4, address=f"192.0.{network}.1")
    fail(access, 1)
    assert not locked_out(access, AFAR)
    fail(access, 1, address=AFAR)
    assert locked_out(access, "203.0.113.1")
    told = sentence(access.audit.records()[-1].event)
    assert told.endswith("further tries from anywhere are refused for 15 minutes")


def test_the_audit_says_which_refusal_locked_an_account(access: AccessLedger, ann: str):
    fail(access, 5)
    *before, fifth = [sentence(one.event) for one in access.audit.records()][-5:]
    assert fifth == f"{before[0]}; further tries from that network are refused for 15 minutes"
    assert "further" not in "".join(before)


def test_a_new_password_lifts_the_lock(access: AccessLedger, ann: str):
    fail(access, 5)
    access.passwords.set("Ann", PASSWORD, BY)
    assert not locked_out(access)
    fail(access, 5)
    assert locked_out(access)


def test_a_link_lifts_the_lock_once_it_is_used(access: AccessLedger, ann: str):
    fail(access, 5)
    link = access.links.make("Ann", BY, 5)
    assert locked_out(access)
    access.links.sign_in(link, now(), HERE)
    assert kinds(access)[-1] == "LockLifted"
    assert not locked_out(access)
    fail(access, 5)
    assert locked_out(access)


def test_a_name_that_is_none_is_throttled_alike(access: AccessLedger, ann: str):
    fail(access, 5, "Nobody")
    assert locked_out(access, account="Nobody")
    assert not locked_out(access)


def test_a_name_that_is_one_shares_a_lock_as_a_name_that_is_none_does(access: AccessLedger, ann: str):
    """Whoever finds names that share a lock with another finds out nothing of whether it is one."""

    def stream_of_refusals(account: str) -> str:
        fail(access, 1, account)
        kept = access.audit.records()[-1]
        return kept.stream

    known = stream_of_refusals("Ann")
    assert known == account_stream("Ann")
    assert len(known) == len(stream_of_refusals("Nobody"))
    assert access.audit.records()[-2].about == "Ann"
    sharing = next(one for one in (f"x{n}" for n in range(10**8)) if account_stream(one) == known)
    fail(access, 4, sharing)
    assert locked_out(access)


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.77", "192.0.2.0/24"), ("::ffff:192.0.2.77", "192.0.2.0/24"), (None, None), ("testclient", "testclient"),
     ("2001:db8:1:2:3::9", "2001:db8:1:2::/64")],
)  # fmt: skip
def test_an_address_counts_as_its_network(address: str | None, network: str | None):
    assert network_of(address) == network


def test_many_tries_at_once_are_not_more_tries(access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger]):
    ledgers = [access, open_ledger().access]

    def attempt(number: int) -> str:
        with pytest.raises(SignInFailed) as refused:
            ledgers[number % 2].passwords.sign_in("Ann", f"wrong {number}", now(), None)
        return str(refused.value)

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(attempt, range(40)))
    looked_at = [one for one in said if "is wrong" in one]
    assert len(looked_at) == kinds(access).count("SignInRefused") <= 5
