"""Who may: roles, grants for a plan and until an instant, and names."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.access import access_events as events
from domain.access.access_errors import AccessCode
from domain.access.principal_names import operator, read_name
from domain.access.principals import ANYONE, Grant, NotAllowed, Principal, fold
from domain.access.roles import ROLES, Role, includes
from domain.access.sentences import grant_text, sentence
from domain.names import is_invisible, name_key
from tests.refusing import refused

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)

#: Role -> what it includes, besides itself.
INCLUDED: dict[Role, set[Role]] = {
    "reader": set(),
    "recorder": {"reader"},
    "keeper": {"reader", "recorder"},
    "steward": {"reader"},
}


@pytest.mark.parametrize("held", ROLES)
def test_a_role_includes_those_below_it_and_no_other(held: Role):
    assert {needed for needed in ROLES if includes(held, needed)} == INCLUDED[held] | {held}


def test_a_role_for_all_plans_is_one_for_each():
    ann = Principal("Ann", (Grant("recorder"),))
    assert ann.may("recorder", "sunderland", NOON)
    assert ann.may("recorder", None, NOON)
    assert not ann.may("keeper", "sunderland", NOON)


def test_a_role_for_a_plan_is_for_that_plan_only():
    ann = Principal("Ann", (Grant("keeper", "sunderland"), Grant("reader", "stockton")))
    assert ann.may("reader", "sunderland", NOON)
    assert not ann.may("keeper", "stockton", NOON)
    assert not ann.may("reader", "elsewhere", NOON)
    assert not ann.may("reader", None, NOON)
    assert ann.may_read_some(NOON)


def test_a_role_expires_at_its_instant():
    ann = Principal("Ann", (Grant("reader", until=NOON),))
    assert ann.may("reader", "sunderland", NOON - INSTANT)
    assert not ann.may("reader", "sunderland", NOON)
    assert ann.may_read_some(NOON - INSTANT)
    assert not ann.may_read_some(NOON)


def test_whoever_left_may_nothing():
    ann = Principal("Ann", (Grant("keeper"),), left=True)
    assert not ann.may("reader", "sunderland", NOON)
    assert not ann.may_read_some(NOON)


def test_on_an_open_ledger_anyone_may_everything():
    anyone = Principal(ANYONE, (), open=True)
    assert all(anyone.may(role, plan, NOON) for role in ROLES for plan in (None, "sunderland"))


def test_what_is_missing_is_named_and_who_can_give_it():
    with pytest.raises(NotAllowed, match="Ann lacks the role keeper for plan sunderland; a steward can grant it") as no:
        Principal("Ann", (Grant("reader"),)).must("keeper", "sunderland", NOON)
    assert (no.value.name, no.value.role, no.value.plan) == ("Ann", "keeper", "sunderland")
    with pytest.raises(NotAllowed, match="nobody is signed in"):
        Principal(ANYONE, ()).must("reader", "sunderland", NOON)


def test_a_program_is_never_a_steward_and_is_told_so():
    robot = Principal("Robot", (Grant("steward"),), program=True)
    assert not robot.may("steward", None, NOON)
    with pytest.raises(NotAllowed, match="Robot lacks the role steward for all plans, which no token has"):
        robot.must("steward", None, NOON)
    with pytest.raises(NotAllowed, match="a steward can make a token that has it"):
        robot.must("keeper", "sunderland", NOON)


# What the events come to


def granted(role: Role, plan: str | None = None, until: datetime | None = None) -> events.AccessEvent:
    return events.RoleGranted(principal="Ann", role=role, plan=plan, until=until)


def test_a_role_granted_again_takes_the_place_of_the_one_before():
    ann = fold("ann", [events.PrincipalAdded(principal="Ann"), granted("reader"), granted("reader", until=NOON)])
    assert ann == Principal("Ann", (Grant("reader", until=NOON),))


def test_a_role_is_ended_as_it_was_granted():
    ended = events.RoleEnded(principal="Ann", role="reader", plan="sunderland")
    ann = fold("Ann", [granted("reader"), granted("reader", "sunderland"), ended])
    assert ann.grants == (Grant("reader"),)


def test_whoever_left_has_left():
    assert fold("Ann", [granted("reader"), events.PrincipalLeft(principal="Ann")]).left


# Names


def test_two_names_that_would_be_taken_for_one_another_are_the_same():
    assert name_key("Ann  CLERK ") == name_key("ann clerk") == name_key("ａｎｎ clerk")  # noqa: RUF001 - full width
    assert name_key("Ann Clerk") == name_key("Ann\u00a0Clerk")
    assert name_key("Siân") == name_key("SIA\u0302N")
    assert name_key("Ann Clerk") != name_key("Anna Clerk")


#: Characters of which nothing is seen: variation selectors, joiners, fillers, the empty Braille cell, reserved ones.
UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u200b\u200d\u2060\u2065\u2800\u3164\ufe00\ufe0f\ufeff"
UNSEEN += "\uffa0\ufff0\U0001d173\U000e0001\U000e0020\U000e0100\U000e0fff"


@pytest.mark.parametrize("character", UNSEEN, ids=ascii)
def test_what_cannot_be_seen_makes_no_other_name_and_is_not_given(character: str):
    assert is_invisible(character)
    for name in (f"Ann{character}", f"{character}Ann", f"A{character}nn", f" Ann {character} "):
        assert name_key(name) == name_key("Ann")
        with refused(AccessCode.NAME_UNUSABLE, "can be seen"):
            read_name(name)
    assert name_key(character) == ""


def test_the_key_of_a_key_is_itself():
    for code in range(0x20000):
        key = name_key(f"a{chr(code)}b")
        assert name_key(key) == key, hex(code)


@pytest.mark.parametrize(
    ("name", "mixed"),
    [("\u0410nn", "Latin and Cyrillic"), ("An\u0578", "Latin and Armenian"), ("\u0391nn", "Latin and Greek"),
     ("Ann \u0421lerk", "Latin and Cyrillic"), ("\u0410\u039d", "Cyrillic and Greek"),
     ("\u0430nyone", "Latin and Cyrillic"), ("\uff21\u0430", "Latin and Cyrillic")],
)  # fmt: skip
def test_a_name_of_letters_that_look_alike_is_not_given(name: str, mixed: str):
    with refused(AccessCode.NAME_MIXED, mixed):
        read_name(name)


@pytest.mark.parametrize("name", ["Zoë Łuk-O’Neil 2", "\u0410\u043d\u043d\u0430", "Ἀννα", "李 Ann", "Ann ✓"])
def test_a_name_in_one_alphabet_is_given_whichever_it_is(name: str):
    assert read_name(name) == name


@pytest.mark.parametrize("name", ["", " ", "a" * 101, "Ann\nClerk\x00", "Ann\u202eClerk", "Ann\u200bClerk", "\x1b[2J",
                                  "\ufdfa" * 20])  # fmt: skip
def test_a_name_is_one_line_that_can_be_seen(name: str):
    with refused(AccessCode.NAME_UNUSABLE, "one line"):
        read_name(name)


@pytest.mark.parametrize("name", ["anyone", "Anyone", "operator root", "OPERATOR  root", "operator", "Operator"])
def test_the_names_of_nobody_are_given_to_nobody(name: str):
    with refused(AccessCode.NAME_RESERVED, "not given to anybody"):
        read_name(name)


def test_a_name_is_kept_as_it_is_written_but_for_its_spaces():
    assert read_name(" Siân   O'Neill ") == "Siân O'Neill"
    assert operator("root") == "operator root"


# Words


def test_a_grant_until_the_end_of_a_day_names_the_day():
    assert grant_text("reader", None, None) == "reader for all plans"
    until = "reader for plan x until the end of 30 June 2027"
    assert grant_text("reader", "x", datetime(2027, 6, 30, 23, tzinfo=UTC)) == until
    assert grant_text("reader", "x", NOON) == "reader for plan x until 20 November 2026 12:00"


def test_every_event_has_a_sentence_of_its_own():
    said = {
        sentence(kind.model_construct(None, **{name: _any(name) for name in kind.model_fields}))
        for kind in events.ACCESS_EVENTS.values()
    }
    assert len(said) == len(events.ACCESS_EVENTS)
    assert not said & set(events.ACCESS_EVENTS)


def _any(name: str) -> object:
    return {"until": NOON, "means": "password", "minutes": 5, "locks": "network"}.get(name, "x")
