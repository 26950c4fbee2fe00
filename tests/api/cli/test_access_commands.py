"""Who may, on the command line: principals, tokens, the audit, and the name under which commands are run."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.main import cli
from api.settings import account, read_settings
from domain.access.access_errors import SignInFailed
from domain.access.principals import Grant
from domain.opened_ledger import Ledger
from tests.api.conftest import OPENING, rated

OPERATOR = f"operator {account()}"
PASSWORD = "correct horse battery"

Asat = Callable[..., Result]


@pytest.fixture
def asat(ledger: Ledger, server_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asat:
    """Runs a command on the ledger; it must exit with `code`."""
    opened, schema = Ledger.open, ledger.datastore.schema
    monkeypatch.setattr(Ledger, "open", lambda **_: opened(data=server_folder, schema=schema))
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ASAT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ASAT_DATA", str(server_folder))

    def run(*arguments: object, code: int = 0, stdin: str = "", token: str = "", **environment: str) -> Result:
        env = {"COLUMNS": "80", **({"ASAT_TOKEN": token} if token else {}), **environment}
        result = CliRunner().invoke(cli, [str(one) for one in arguments], input=stdin, env=env)
        assert result.exit_code == code, (result.output, result.exception)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def closed(asat: Asat) -> Asat:
    """The same, on a ledger that knows Ann, a keeper and steward."""
    asat("principal", "add", "Ann", "--role", "keeper", "--role", "steward")
    return asat


def lines(*events: Mapping[str, object], plan: str = "plan") -> str:
    return "".join(json.dumps({"plan": plan, **event}) + "\n" for event in events)


def token(asat: Asat, name: str, role: str, *more: str) -> str:
    return asat("token", "create", name, "--role", role, *more).stdout.strip()


def principals(asat: Asat) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(asat("principal", "list").stdout)["principals"]
    return found


# Principals


def test_somebody_is_added_with_roles_for_plans_until_the_end_of_a_day(asat: Asat):
    plans = ["--plan", "a", "--plan", "b"]
    said = asat("principal", "add", "J. Smith, Ofsted", "--role", "reader", *plans, "--until", "2090-06-30")
    assert "no longer open" in said.stderr
    assert "there is no plan a yet" in said.stderr
    until = "2090-06-30T23:00:00.000000Z"
    assert principals(asat) == [
        {"name": "J. Smith, Ofsted", "left": False, "grants": [
            {"role": "reader", "plan": "a", "until": until}, {"role": "reader", "plan": "b", "until": until}],
         "identities": []},
    ]  # fmt: skip
    listed = asat("principal", "list", "-f", "text").stdout
    day = "until the end of 30 June 2090"
    assert listed == f"J. Smith, Ofsted: reader for plan a {day}; reader for plan b {day}\n"


def test_who_is_not_signed_in_is_granted_to_read_and_the_ledger_stays_open(asat: Asat):
    assert "still open" in asat("principal", "add", "anyone", "--role", "reader").stderr
    asat("principal", "grant", "anyone", "--role", "keeper", code=1)
    asat("record", "-", "--by", "Whoever", stdin=lines(*OPENING))


def test_roles_are_granted_and_ended_and_somebody_leaves(closed: Asat):
    closed("principal", "grant", "Ann", "--role", "reader", "--plan", "plan")
    closed("principal", "end", "Ann", "--role", "keeper")
    assert principals(closed)[0]["grants"] == [
        {"role": "steward", "plan": None, "until": None}, {"role": "reader", "plan": "plan", "until": None},
    ]  # fmt: skip
    assert "it holds" in closed("principal", "end", "Ann", "--role", "keeper", code=1).stderr
    closed("principal", "leave", "Ann")
    assert closed("principal", "list", "-f", "text").stdout == "Ann: has left\n"
    assert "no principal 'Bob'" in closed("principal", "leave", "Bob", code=1).stderr


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (["--role", "owner"], "owner"),
        (["--role", "reader", "--until", "tomorrow"], "is no day"),
        (["--role", "reader", "--until", "2020-01-01"], "is over already"),
        ([], "--role"),
    ],
)
def test_what_is_no_grant_is_a_usage_error(asat: Asat, wrong: list[str], why: str):
    assert why in asat("principal", "add", "Ann", *wrong, code=2).stderr
    assert principals(asat) == []


def test_a_password_comes_from_standard_input_or_is_asked_for_twice(closed: Asat, ledger: Ledger):
    closed("principal", "add", "Bob", "--role", "reader", "--password-stdin", stdin=f"{PASSWORD}\n")
    now = datetime.now(UTC)
    assert ledger.access.passwords.sign_in("Bob", PASSWORD, now, None)
    asked = closed("principal", "password", "Bob", stdin="another few words\nanother few words\n")
    assert "another" not in asked.output
    assert ledger.access.passwords.sign_in("Bob", "another few words", now, None)
    assert "at least 12" in closed("principal", "password", "Bob", "--password-stdin", stdin="short\n", code=1).stderr
    assert "no principal" in closed("principal", "password", "Nobody", code=1).stderr


def test_an_identity_is_linked(closed: Asat, ledger: Ledger):
    closed("principal", "link", "ann", "https://issuer", "subject")
    assert ledger.access.identities.sign_in("https://issuer", "subject", datetime.now(UTC), None)
    assert principals(closed)[0]["identities"] == [{"issuer": "https://issuer", "subject": "subject"}]
    assert "signs in as subject at https://issuer" in closed("principal", "list", "-f", "text").stdout


def test_an_identity_is_unlinked(closed: Asat, ledger: Ledger):
    closed("principal", "link", "ann", "https://issuer", "subject")
    closed("principal", "unlink", "ann", "https://issuer", "subject")
    with pytest.raises(SignInFailed):
        ledger.access.identities.sign_in("https://issuer", "subject", datetime.now(UTC), None)
    assert principals(closed)[0]["identities"] == []
    assert "not linked" in closed("principal", "unlink", "ann", "https://issuer", "subject", code=1).stderr


def test_whoever_runs_the_machine_ends_the_last_steward_too(closed: Asat):
    closed("principal", "password", "Ann", "--password-stdin", stdin=f"{PASSWORD}\n")
    closed("principal", "end", "Ann", "--role", "steward")
    closed("principal", "leave", "Ann")


# Tokens


def test_a_token_is_all_that_is_printed_and_shown_once(closed: Asat):
    made = closed("token", "create", "Case system", "--role", "reader", "--until", "2090-06-30")
    secret = made.stdout.removesuffix("\n")
    assert secret.startswith("asat_") and "\n" not in secret
    assert "reader for all plans until the end of 30 June 2090" in made.stderr
    listed = closed("token", "list")
    [one] = json.loads(listed.stdout)["tokens"]
    assert (one["name"], one["role"], one["created_by"], one["revoked"]) == ("Case system", "reader", OPERATOR, False)
    assert secret[5:] not in listed.output + closed("access", "log").output
    closed("token", "revoke", one["id"])
    assert "Case system: revoked" in closed("token", "list", "-f", "text").stdout
    assert "opens nothing" in closed("plans", token=secret, code=1).stderr


def test_a_link_is_all_that_is_printed_and_signs_in_once(closed: Asat, ledger: Ledger):
    made = closed("principal", "link-once", "ann", "--minutes", 1)
    path, _, key = made.stdout.removesuffix("\n").partition("=")
    assert path == "/sign-in/once?key"
    assert "within 1 minute:" in made.stderr and "Put the address before it" in made.stderr
    assert key not in closed("access", "log").output
    assert ledger.access.links.sign_in(key, datetime.now(UTC), None)
    [made_it, *_] = [one.event for one in ledger.access.audit.records() if type(one.event).__name__ == "LinkMade"]
    assert made_it.model_dump() == {"principal": "Ann", "minutes": 1}


def test_a_link_is_a_whole_address_where_the_public_one_is_known(closed: Asat):
    made = closed("principal", "link-once", "Ann", ASAT_URL="https://asat.example.gov.uk/")
    assert made.stdout.startswith("https://asat.example.gov.uk/sign-in/once?key=")
    assert "within 60 minutes" in made.stderr and "Put the address" not in made.stderr
    assert "ASAT_URL" in closed("principal", "link-once", "Ann", ASAT_URL="http://x", code=2).stderr
    assert "cannot sign in" in closed("principal", "link-once", "anyone", code=1).stderr
    for minutes in (0, 7 * 24 * 60 + 1):
        closed("principal", "link-once", "Ann", "--minutes", minutes, code=2)


def test_no_token_is_a_steward(closed: Asat, ledger: Ledger):
    assert "'steward' is not one of" in closed("token", "create", "Robot", "--role", "steward", code=2).stderr
    assert ledger.access.tokens.all() == []


def test_an_open_ledger_makes_no_tokens(asat: Asat):
    assert "add a principal first" in asat("token", "create", "x", "--role", "reader", code=1).stderr


def test_a_token_may_stand_in_a_file_that_nobody_else_can_read(closed: Asat, tmp_path: Path):
    file = tmp_path / "case.token"
    file.touch(0o600)
    file.write_text(token(closed, "Case system", "reader") + "\n")
    closed("plans", ASAT_TOKEN_FILE=str(file))
    file.chmod(0o640)
    assert "chmod 600" in closed("plans", ASAT_TOKEN_FILE=str(file), code=2).stderr
    file.chmod(0o600)
    assert "both set" in closed("plans", ASAT_TOKEN_FILE=str(file), ASAT_TOKEN="x", code=2).stderr
    file.write_text("\n")
    assert "empty" in closed("plans", ASAT_TOKEN_FILE=str(file), code=2).stderr
    assert "no token can be read" in closed("plans", ASAT_TOKEN_FILE=str(tmp_path / "none"), code=2).stderr


def test_a_token_is_not_shown_with_the_settings_nor_handed_on(closed: Asat, monkeypatch: pytest.MonkeyPatch):
    assert "asat_secret" not in repr(read_settings({"ASAT_TOKEN": "asat_secret"}))
    seen = []
    monkeypatch.setattr("api.cli.command_context.Session.asker", lambda _: seen.append(os.environ.get("ASAT_TOKEN")))
    CliRunner().invoke(cli, ["plans"], env={"ASAT_TOKEN": token(closed, "Case system", "reader")})
    assert seen == [None]


# Who records


def test_on_an_open_ledger_whoever_says_so_records(asat: Asat, ledger: Ledger):
    asat("record", "-", "--by", "Clerk to the board", stdin=lines(*OPENING))
    asat("record", "-", stdin=lines(rated("green")), ASAT_BY="Somebody")
    by = [event.recorded_by for event in ledger.events("plan")]
    assert by == ["Clerk to the board"] * 3 + ["Somebody"]


def test_a_ledger_that_knows_its_people_records_under_their_name(closed: Asat, ledger: Ledger):
    keeper = token(closed, "Plan office", "keeper")
    closed("record", "-", stdin=lines(*OPENING), token=keeper, ASAT_BY="Somebody else")
    assert {event.recorded_by for event in ledger.events("plan")} == {"Plan office"}
    for shown in (keeper, ""):
        refused = closed("record", "-", "--by", "Ann", stdin=lines(rated("green")), token=shown, code=2)
        assert "who records is who signed in" in refused.stderr
    assert "nobody is signed in" in closed("record", "-", stdin=lines(rated("green")), code=1).stderr
    assert len(ledger.events("plan")) == 3


def test_each_event_needs_its_role_for_its_plan(closed: Asat, ledger: Ledger):
    keeper = token(closed, "Plan office", "keeper")
    for plan in ("plan", "other"):
        closed("record", "-", stdin=lines(*OPENING, plan=plan), token=keeper)
    recorder = token(closed, "Lead officer", "recorder", "--plan", "plan")
    closed("record", "-", stdin=lines(rated("green")), token=recorder)
    withdrawn = {"type": "ActionWithdrawn", "action": "2.4", "reason": "Merged"}
    both = lines(rated("amber")) + lines(rated("amber"), plan="other")
    for refused, why in ((lines(rated("amber"), withdrawn), "keeper for plan plan"), (both, "recorder for plan other")):
        assert why in closed("record", "-", stdin=refused, token=recorder, code=1).stderr
    assert [len(ledger.events(plan)) for plan in ("plan", "other")] == [4, 3], "refused whole"


def test_only_plans_that_may_be_read_are_listed_or_shown(closed: Asat):
    keeper = token(closed, "Plan office", "keeper")
    for plan in ("plan", "other"):
        closed("record", "-", stdin=lines(*OPENING, plan=plan), token=keeper)
    inspector = token(closed, "Inspector", "reader", "--plan", "plan")
    assert [one["plan"] for one in json.loads(closed("plans", token=inspector).stdout)["plans"]] == ["plan"]
    closed("show", "plan", token=inspector)
    refused = closed("show", "other", token=inspector, code=1).stderr
    assert refused.replace("other", "no-such") == closed("show", "no-such", token=inspector, code=1).stderr
    closed("plans", code=1)
    closed("principal", "add", "anyone", "--role", "reader", "--plan", "other")
    assert [one["plan"] for one in json.loads(closed("plans").stdout)["plans"]] == ["other"]


def test_what_a_steward_does_is_done_by_whoever_runs_the_machine_and_by_no_token(closed: Asat, ledger: Ledger):
    closed("principal", "add", "Bob", "--role", "reader")
    assert ledger.access.audit.records()[-1].recorded_by == OPERATOR
    keeper = token(closed, "Plan office", "keeper")
    refused = closed("principal", "add", "Cid", "--role", "reader", token=keeper, code=1)
    assert "lacks the role steward for all plans, which no token has" in refused.stderr
    assert "Cid" not in {one["name"] for one in principals(closed)}


def test_a_text_is_destroyed_by_whoever_runs_the_machine_and_by_no_token(
    closed: Asat, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("api.cli.purging_after.purge", lambda _: [])
    keeper = token(closed, "Plan office", "keeper")
    progress = {"type": "ProgressReported", "action": "2.4", "text": "It named a child"}
    closed("record", "-", stdin=lines(*OPENING, progress), token=keeper)
    redact = ("redact", "plan", 4, "text", "--reason", "Law")
    assert "lacks the role steward for plan plan, which no" in closed(*redact, token=keeper, code=1).stderr
    assert "who records is who signed in" in closed(*redact, "--by", "Ann", code=2).stderr
    assert len(ledger.events("plan")) == 4
    closed(*redact)
    assert ledger.events("plan")[-1].recorded_by == OPERATOR


def test_a_rating_is_confirmed_by_no_token(closed: Asat, ledger: Ledger):
    keeper, other = token(closed, "Plan office", "keeper"), token(closed, "Another token", "keeper")
    opening: dict[str, Any] = json.loads(json.dumps(OPENING[0]))
    opening["scale"]["ratings"][-1]["needs_second_person"] = True
    done = opening["scale"]["ratings"][-1]["code"]
    told = [opening, *OPENING[1:], rated(done, evidence=["Audit"])]
    closed("record", "-", stdin=lines(*told), token=keeper)
    confirmed = lines({"type": "RatingConfirmed", "action": "2.4", "version": 4})
    refused = closed("record", "-", stdin=confirmed, token=other, code=1)
    assert "Another token is a token, and RatingConfirmed takes a person: sign in with a browser" in refused.stderr
    assert len(ledger.events("plan")) == 4
    noted = ledger.access.audit.records()[-1]
    assert (type(noted.event).__name__, noted.recorded_by) == ("RequestRefused", "Another token")


# The audit


def test_the_audit_tells_what_was_decided_refused_and_taken_away(closed: Asat, ledger: Ledger, tmp_path: Path):
    keeper = token(closed, "Plan office", "keeper")
    closed("record", "-", stdin=lines(*OPENING), token=keeper)
    before = ledger.access.audit.records()[-1].position
    closed("principal", "list", token=keeper, code=1)
    closed("show", "plan", "-o", "plan.docx", token=keeper)
    closed("show", "plan", token=keeper)
    closed("key", "create", "--name", "council.example/asat", "-o", "asat.key")
    closed("checkpoint", "cut", "--key", "asat.key", "-o", "checkpoint.txt")
    closed("pack", "plan", "--key", "asat.key", "--no-papers", "-o", "pack.zip")
    closed("show", "plan", code=1)
    told = closed("access", "log", "--after", before, "-f", "text").stdout.splitlines()
    assert [line.split("Z, ", 1)[1] for line in told] == [
        "Plan office: asat principal list was refused: it needs steward for all plans",
        "Plan office: asat show was taken away as docx",
        f"{OPERATOR}: asat checkpoint cut was begun on the machine",
        f"{OPERATOR}: asat pack was begun on the machine",
        f"{OPERATOR}: asat pack was taken away as .zip",
    ]
    [first, *_] = json.loads(closed("access", "log", "--limit", "1").stdout)["entries"]
    assert {**first, "recorded_at": ""} == {
        "number": 1, "recorded_at": "", "recorded_by": OPERATOR, "type": "PrincipalAdded", "principal": "Ann",
    }  # fmt: skip


def test_the_check_is_also_of_the_access_ledger(closed: Asat):
    assert "3 events of access: gapless, in order, and as recorded\n" in closed("check").stdout


def test_on_an_open_ledger_nothing_is_noted(asat: Asat, ledger: Ledger, tmp_path: Path):
    asat("record", "-", stdin=lines(*OPENING))
    asat("show", "plan", "-o", "plan.docx")
    assert ledger.access.audit.records() == []


def test_a_role_that_expires_is_one_until_then(closed: Asat, ledger: Ledger):
    ledger.access.principals.add("Cid", [Grant("reader", until=datetime(2020, 1, 1, tzinfo=UTC))], OPERATOR)
    assert "until the end of 31 December 2019" in closed("principal", "list", "-f", "text").stdout
