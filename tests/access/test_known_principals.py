"""Principals and their roles in an access ledger: adding, granting, ending."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.access.access_errors import AccessCode, AccessRefused, NotSignedIn, PrincipalUnknown
from domain.access.access_ledger import AccessLedger
from domain.access.principals import Grant, Principal
from domain.ledger.schema import access_schema
from domain.opened_ledger import Ledger
from tests.access.conftest import BY, PASSWORD, kinds, now
from tests.real_ledgers import Connection
from tests.refusing import refused

# Open, until somebody is added


def test_a_ledger_is_open_until_somebody_is_added(access: AccessLedger, open_ledger: Callable[[], Ledger]):
    other = open_ledger().access
    assert access.principals.is_open()
    assert access.principals.anyone().open
    access.principals.add("anyone", [Grant("reader")], BY)
    assert other.principals.is_open(), "anyone is not somebody"
    access.principals.add("Ann", [Grant("keeper")], BY)
    assert not other.principals.is_open()
    assert other.principals.anyone() == Principal("anyone", (Grant("reader"),))


def test_an_open_ledger_is_asked_without_anything_being_made(access: AccessLedger, owner: Connection, schema: str):
    assert access.principals.is_open()
    assert (access.principals.all(), access.tokens.all(), access.audit.records()) == ([], [], [])
    assert access.sessions.find("x", now()) is None
    with pytest.raises(NotSignedIn):
        access.tokens.principal("asat_x", now())
    found = owner.execute("select from pg_namespace where nspname = %s", (access_schema(schema),)).fetchone()
    assert found is None


def test_the_longest_name_of_a_ledger_leaves_room_for_its_access_ledger():
    one, other = access_schema("a" * 54), access_schema("a" * 53 + "b")
    assert len(one) == len(other) == 54
    assert one != other


# Principals


def test_somebody_is_found_by_their_name_however_it_is_written(access: AccessLedger):
    access.principals.add("Ann Clerk", [Grant("keeper", "sunderland")], BY)
    assert access.principals.find("ann  CLERK") == Principal("Ann Clerk", (Grant("keeper", "sunderland"),))


def test_everybody_is_listed_by_name(access: AccessLedger, ann: str):
    access.principals.add("bob", [], BY)
    access.principals.leave("bob", BY)
    access.principals.add("anyone", [Grant("reader", "sunderland")], BY)
    access.tokens.create("Case system", Grant("reader"), None, BY)
    assert [(one.name, one.left) for one in access.principals.all()] == [
        ("Ann", False),
        ("anyone", False),
        ("bob", True),
    ]


def test_a_name_is_not_given_twice(access: AccessLedger, ann: str):
    for name in ("Ann", "ANN"):
        with refused(AccessCode.NAME_TAKEN, "not given twice"):
            access.principals.add(name, [Grant("reader")], BY)
    with refused(AccessCode.NAME_TAKEN, "not given twice"):
        access.tokens.create("ann", Grant("reader"), None, BY)
    access.tokens.create("Case system", Grant("reader"), None, BY)
    with refused(AccessCode.NAME_TAKEN, "not given twice"):
        access.principals.add("case system", [], BY)
    with pytest.raises(PrincipalUnknown):
        access.principals.find("Case system")


def test_of_two_who_add_the_same_name_one_succeeds(access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger]):
    def add(ledger: AccessLedger) -> bool:
        try:
            ledger.principals.add("Bob", [Grant("reader")], BY)
        except AccessRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(add, [access, open_ledger().access])) == [False, True]


def test_a_role_granted_and_ended_counts_at_once_elsewhere(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger]
):
    other = open_ledger().access
    access.principals.grant("Ann", Grant("steward"), BY)
    assert other.principals.find("Ann").may("steward", None, now())
    access.principals.end_grant("Ann", "steward", None, BY)
    assert not other.principals.find("Ann").may("steward", None, now())


def test_what_two_grant_at_the_same_moment_both_counts(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger]
):
    ledgers = [access, open_ledger().access]
    plans = [f"plan-{number}" for number in range(10)]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda n: ledgers[n % 2].principals.grant("Ann", Grant("reader", plans[n]), BY), range(10)))
    assert {grant.plan for grant in access.principals.find("Ann").grants} == {None, *plans}


@pytest.mark.parametrize(
    ("change", "code", "why"),
    [
        (
            lambda a: a.principals.grant("anyone", Grant("recorder"), BY),
            AccessCode.ANYONE_READS_ONLY,
            "role reader only",
        ),
        (lambda a: a.principals.grant("Ann", Grant("keeper"), BY), AccessCode.ALREADY_GRANTED, "just this already"),
        (lambda a: a.principals.grant("Ann", Grant("steward"), "ann"), AccessCode.OWN_GRANT, "to themselves"),
        (
            lambda a: a.principals.end_grant("Ann", "keeper", "sunderland", BY),
            AccessCode.NOT_GRANTED,
            "it holds keeper for all plans",
        ),
        (
            lambda a: a.principals.grant("Ann", Grant("reader", "Not A Plan"), BY),
            AccessCode.NOT_RECORDABLE,
            "Not A Plan",
        ),
        (
            lambda a: a.principals.add("Bob", [Grant("reader"), Grant("reader")], BY),
            AccessCode.GRANTED_TWICE,
            "granted twice",
        ),
        (lambda a: a.principals.add("Bob\nClerk\x00", [], BY), AccessCode.NAME_UNUSABLE, "one line"),
        (lambda a: a.principals.add("operator root", [], BY), AccessCode.NAME_RESERVED, "not given to anybody"),
        (lambda a: a.principals.add("Bob", [], ""), AccessCode.DECIDER_NEEDED, "who decides"),
        (lambda a: a.principals.leave("anyone", BY), AccessCode.ANYONE_STAYS, "does not leave"),
        (lambda a: a.passwords.set("anyone", PASSWORD, BY), AccessCode.ANYONE_CANNOT_SIGN_IN, "cannot sign in"),
        (lambda a: a.links.make("anyone", BY, 5), AccessCode.ANYONE_CANNOT_SIGN_IN, "cannot sign in"),
        (lambda a: a.links.make("Ann", BY, 0), AccessCode.NOT_RECORDABLE, "cannot be recorded"),
        (lambda a: a.links.make("Ann", BY, 10**9), AccessCode.NOT_RECORDABLE, "cannot be recorded"),
    ],
)
def test_nonsense_is_refused_and_nothing_recorded(
    access: AccessLedger, ann: str, change: Callable[[AccessLedger], None], code: AccessCode, why: str
):
    before = kinds(access)
    with refused(code, why):
        change(access)
    assert kinds(access) == before


def test_whoever_left_is_granted_nothing_more(access: AccessLedger, ann: str):
    access.principals.leave("Ann", BY)
    assert not access.principals.find("Ann").may("reader", "sunderland", now())
    for change in (
        lambda: access.principals.grant("Ann", Grant("reader"), BY),
        lambda: access.principals.leave("Ann", BY),
        lambda: access.passwords.set("Ann", PASSWORD, BY),
        lambda: access.links.make("Ann", BY, 5),
        lambda: access.identities.link("Ann", "https://i", "s", BY),
    ):
        with refused(AccessCode.HAS_LEFT, "has left"):
            change()


def test_nobody_of_that_name_is_an_error_of_its_own(access: AccessLedger, ann: str):
    with pytest.raises(PrincipalUnknown, match="'Bob'"):
        access.principals.grant("Bob", Grant("reader"), BY)


# Stewards


def test_nobody_ends_their_own_access_as_a_steward(access: AccessLedger, ann: str, sue: str):
    before = kinds(access)
    for own in (
        lambda: access.principals.end_grant("Sue", "steward", None, "sue"),
        lambda: access.principals.leave("SUE", "Sue"),
    ):
        with refused(AccessCode.OWN_ACCESS, "another steward must end your own access"):
            own()
    assert kinds(access) == before
    access.principals.end_grant("Sue", "reader", None, "Sue")


def test_the_last_steward_who_can_sign_in_is_ended_by_the_operator_only(access: AccessLedger, sue: str):
    access.principals.add("By link", [Grant("steward")], BY)
    access.principals.add("For a while", [Grant("steward", until=now() + timedelta(days=1))], BY)
    access.passwords.set("For a while", PASSWORD, BY)
    for change in (
        lambda: access.principals.end_grant("Sue", "steward", None, "By link"),
        lambda: access.principals.leave("Sue", "By link"),
    ):
        with refused(AccessCode.LAST_STEWARD, "no steward would be left who can sign in again"):
            change()
    access.passwords.set("By link", PASSWORD, BY)
    access.principals.end_grant("Sue", "steward", None, "By link")
    access.principals.leave("By link", BY)
    assert not any(one.may("steward", None, now()) for one in access.principals.all() if one.name != "For a while")


def test_two_do_not_decide_about_stewards_at_once(access: AccessLedger, ann: str, sue: str):
    with access.principals._streams.locked("stewards") as alone, refused(AccessCode.DECIDED_ELSEWHERE):
        assert alone
        access.principals.leave("Ann", "Sue")


def test_an_identity_is_a_way_to_sign_in_that_the_last_steward_keeps(access: AccessLedger, sue: str):
    access.principals.add("Ida", [Grant("steward")], BY)
    access.identities.link("Ida", "https://issuer", "subject", BY)
    access.principals.leave("Sue", "Ida")
    access.principals.add("By link", [Grant("steward")], BY)
    with refused(AccessCode.LAST_STEWARD, "no steward would be left"):
        access.identities.unlink("Ida", "https://issuer", "subject", "By link")
    access.identities.unlink("Ida", "https://issuer", "subject", BY)


def test_of_two_stewards_who_end_each_other_one_stays(
    access: AccessLedger, sue: str, open_ledger: Callable[[], Ledger]
):
    access.principals.add("Tom", [Grant("steward")], BY)
    access.passwords.set("Tom", PASSWORD, BY)
    ledgers = {"Sue": access, "Tom": open_ledger().access}

    def ends(by: str) -> bool:
        try:
            ledgers[by].principals.leave("Tom" if by == "Sue" else "Sue", by)
        except AccessRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(ends, ledgers)) <= 1
    assert any(one.may("steward", None, now()) for one in access.principals.all())
