"""The role that each command needs, as a table, and its enforcement.

A steward's commands belong to the operator of the machine, who can reach the database's files anyway. They run without
a token, because no token can have the role steward, and are noted under the operator's account.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from api import clock, event_roles
from api.cli.command_context import SUFFIXES, Session, plainly
from api.questions.question import OfTheLedger
from api.questions.question_registry import QUESTIONS
from domain.access.access_events import AccessEvent, CommandBegun, Exported, RequestRefused
from domain.access.principals import NotAllowed
from domain.access.roles import Role
from domain.envelopes import Proposal


@dataclass(frozen=True, slots=True)
class Need:
    """The need of a command.

    Attributes:
        role: the role, if any.
        of_plan: the role is needed for the command's plan; otherwise for all plans.
        operator: without a token no role is needed; with one it is.
        noted: its start is noted in the access ledger.
    """

    role: Role | None = None
    of_plan: bool = False
    operator: bool = False
    noted: bool = False


NOTHING = Need()
READING = Need("reader", of_plan=True)
#: For commands that list the plans that the principal may read.
LISTING = Need("reader")
#: Each event needs its own role (`EVENT_ROLES`) for its plan: `must_record`.
RECORDING = Need("recorder")
OPERATING = Need("steward", operator=True)
OPERATING_ON_PLAN = Need("steward", of_plan=True, operator=True)
SIGNING = Need("steward", operator=True, noted=True)

#: Command -> its need.
NEEDS: dict[str, Need] = {
    "demo": NOTHING,
    "serve": NOTHING,
    **{one.called: LISTING if isinstance(one, OfTheLedger) else READING for one in QUESTIONS.values()},
    "record": RECORDING,
    "redact": OPERATING_ON_PLAN,
    "purge": SIGNING,
    # The connection address of the owner gives full access anyway.
    "migrate": NOTHING,
    "check": NOTHING,
    # It makes a file, or shows public keys.
    "key create": NOTHING,
    "key show": OPERATING,
    "key rotate": SIGNING,
    "checkpoint cut": SIGNING,
    "checkpoint list": OPERATING,
    "checkpoint cosign": SIGNING,
    "checkpoint stamp": SIGNING,
    # Anybody with the key file can make packs of any plan.
    "pack": Need("reader", of_plan=True, operator=True, noted=True),
    "verify": NOTHING,
    "backup": Need(noted=True),
    # It needs an empty ledger, which has no principals.
    "restore": NOTHING,
    **dict.fromkeys(
        (
            "principal add",
            "principal list",
            "principal grant",
            "principal end",
            "principal leave",
            "principal password",
            "principal link",
            "principal unlink",
            "principal link-once",
            "token create",
            "token list",
            "token revoke",
            "access log",
        ),
        OPERATING,
    ),
}


#: Commands besides questions that do not create a missing ledger.
_OF_A_LEDGER = {
    "check",
    "backup",
    "purge",
    "redact",
    "key show",
    "checkpoint list",
    "principal list",
    "token list",
    "access log",
}


#: Commands that the ledger's owner runs, without a serving login.
_AS_OWNER = {"purge"}


class Undeclared(Exception):
    """A command is not in NEEDS; the program does not start."""


def guard(group: click.Group) -> None:
    """Make every command check its need first, and print its errors plainly; raises Undeclared."""
    for path, command in each_command(group):
        if path not in NEEDS:
            raise Undeclared(f"`asat {path}` does not say what it needs: add it to NEEDS in api/cli/command_roles.py")
        if command.callback is not None:
            command.callback = _guarded(path, NEEDS[path], command.callback)


def each_command(group: click.Group, words: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that can run, by its full name."""
    for name, command in group.commands.items():
        path = f"{words} {name}".strip()
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield path, command
            yield from each_command(command, path)
        else:
            yield path, command


def must_record(session: Session, proposals: Sequence[Proposal]) -> None:
    """Raises NotAllowed unless the command's principal may record all of these."""
    for proposal in proposals:
        with _noted_where_refused(session, "record"):
            event_roles.must_record(session.principal, type(proposal.event).__name__, proposal.plan, clock.now())


def _guarded(path: str, need: Need, callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def guarded(*arguments: Any, **options: Any) -> Any:
        session = click.get_current_context().find_object(Session)
        assert session is not None, "every command runs within a session"
        with plainly():
            if path in _AS_OWNER:
                session.as_owner()
            if need.role == "reader" or path in _OF_A_LEDGER:
                session.not_nowhere()
            _admit(session, path, need, options.get("plan"))
            answer = callback(*arguments, **options)
            if need.role == "reader" and (form := _exported_as(options)):
                by = session.decides if need.operator else session.principal.name
                _note(session, Exported(what=f"asat {path}", form=form, plan=options.get("plan")), by)
            return answer

    return guarded


def _admit(session: Session, path: str, need: Need, plan: str | None) -> None:
    if need.operator and session.settings.token is None:
        pass
    elif need == LISTING:
        if not session.principal.may_read_some(clock.now()):
            raise NotAllowed(session.principal.name, "reader", None)
    elif need.role is not None and need != RECORDING:
        with _noted_where_refused(session, path):
            session.principal.must(need.role, plan if need.of_plan else None, clock.now())
    if need.noted:
        _note(session, CommandBegun(command=path), session.decides)


@contextmanager
def _noted_where_refused(session: Session, path: str) -> Iterator[None]:
    try:
        yield
    except NotAllowed as refused:
        # Unknown callers could fill the disk.
        if session.settings.token is not None:
            plan = refused.plan and refused.plan[:200]
            _note(session, RequestRefused(what=f"asat {path}", role=refused.role, plan=plan), session.principal.name)
        raise


def _note(session: Session, event: AccessEvent, by: str) -> None:
    """Note an event in the audit, except on an open ledger, which has no principals."""
    if not session.ledger.access.principals.is_open():
        session.ledger.access.audit.note(event, by)


def _exported_as(options: Mapping[str, Any]) -> str | None:
    """The format of an exported answer; None if it was only shown."""
    form, output = options.get("form"), options.get("output")
    if output is not None:
        return str(form or SUFFIXES.get(output.suffix, output.suffix))
    return None if form in (None, "text", "json") else str(form)
