"""What each command needs of whoever runs it: a table, and the one place where it is enforced.

Without a token, some commands are the machine's operator's: who runs them can reach the database's files anyway, and a
role would be for show. They are noted under the name of the operator's account.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from api import clock
from api.commands.context import SUFFIXES, Session, plainly
from api.roles import role_of
from domain.access.events import AccessEvent, CommandBegun, Exported, RequestRefused
from domain.access.principals import NotAllowed
from domain.access.roles import Role
from domain.envelopes import Proposal


@dataclass(frozen=True, slots=True)
class Need:
    """What a command needs."""

    #: The role; None: none.
    role: Role | None = None
    #: Whether for the plan that the command names; otherwise for all plans.
    of_plan: bool = False
    #: Whether it is the operator's when no token is shown.
    operator: bool = False
    #: Whether it is noted in the access ledger when it begins.
    noted: bool = False


NOTHING = Need()
READING = Need("reader", of_plan=True)
#: Reading whatever plans there are that may be read: those are all it shows.
LISTING = Need("reader")
#: Each event needs its own role (`EVENT_ROLES`) for its plan: `must_record`.
RECORDING = Need("recorder")
OPERATING = Need("steward", operator=True)
SIGNING = Need("steward", operator=True, noted=True)

#: Every command by its words -> what it needs.
NEEDS: dict[str, Need] = {
    "demo": NOTHING,
    "serve": NOTHING,
    "plans": LISTING,
    **dict.fromkeys(
        (
            "show", "compare", "paper", "changes", "counted", "event", "history", "trail", "action", "overdue", "gaps",
            "measures", "assurance", "ratings", "stale", "audit", "replay",
        ),
        READING,
    ),
    "record": RECORDING,
    "redact": RECORDING,
    "purge": SIGNING,
    "check": NOTHING,
    # Makes a file, or shows what is public.
    "key create": NOTHING,
    "key show": OPERATING,
    "key rotate": SIGNING,
    "checkpoint cut": SIGNING,
    "checkpoint list": OPERATING,
    "checkpoint cosign": SIGNING,
    "checkpoint stamp": SIGNING,
    # Whoever has the key's file makes packs of any plan.
    "pack": Need("reader", of_plan=True, operator=True, noted=True),
    "verify": NOTHING,
    "backup": Need(noted=True),
    # Into a ledger that holds nothing yet, and knows nobody.
    "restore": NOTHING,
    **dict.fromkeys(
        (
            "principal add", "principal list", "principal grant", "principal end", "principal leave",
            "principal password", "principal link", "token create", "token list", "token revoke", "access log",
        ),
        OPERATING,
    ),
}  # fmt: skip


class Undeclared(Exception):
    """A command that does not say what it needs: the program does not start."""


def guard(group: click.Group) -> None:
    """Have every command of the program ask first whether whoever runs it may; raises Undeclared."""
    for path, command in each_command(group):
        if path not in NEEDS:
            raise Undeclared(f"`asat {path}` does not say what it needs: add it to NEEDS in api/commands/needed.py")
        if command.callback is not None:
            command.callback = _guarded(path, NEEDS[path], command.callback)


def each_command(group: click.Group, words: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command of the program that does something, with the words it is called by."""
    for name, command in group.commands.items():
        path = f"{words} {name}".strip()
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield path, command
            yield from each_command(command, path)
        else:
            yield path, command


def must_record(session: Session, proposals: Sequence[Proposal]) -> None:
    """Raises NotAllowed unless whoever runs the command may record each of these."""
    for proposal in proposals:
        _must(session, "record", role_of(proposal.event), proposal.plan)


def _guarded(path: str, need: Need, callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def guarded(*arguments: Any, **options: Any) -> Any:
        session = click.get_current_context().find_object(Session)
        assert session is not None, "every command runs within a session"
        with plainly():
            _admit(session, path, need, options.get("plan"))
        answer = callback(*arguments, **options)
        if need.role == "reader" and (form := _taken_away(options)):
            with plainly():
                _note(
                    session, Exported(what=f"asat {path}", form=form, plan=options.get("plan")), session.principal.name
                )
        return answer

    return guarded


def _admit(session: Session, path: str, need: Need, plan: str | None) -> None:
    if need.operator and session.settings.token is None:
        pass
    elif need == LISTING:
        if not session.principal.may_read_some(clock.now()):
            raise NotAllowed(session.principal.name, "reader", None)
    elif need.role is not None and need != RECORDING:
        _must(session, path, need.role, plan if need.of_plan else None)
    if need.noted:
        _note(session, CommandBegun(command=path), session.decides)


def _must(session: Session, path: str, role: Role, plan: str | None) -> None:
    try:
        session.principal.must(role, plan, clock.now())
    except NotAllowed:
        # Of those whom nobody knows nothing is kept, or they could fill the disk.
        if session.settings.token is not None:
            named = plan and plan[:200]
            _note(session, RequestRefused(what=f"asat {path}", role=role, plan=named), session.principal.name)
        raise


def _note(session: Session, event: AccessEvent, by: str) -> None:
    """Note it, but on an open ledger, where nobody knows who anybody is."""
    if not session.ledger.access.is_open():
        session.ledger.access.note(event, by)


def _taken_away(options: Mapping[str, Any]) -> str | None:
    """The form of the file that an answer was taken away in; None where it was only shown."""
    form, output = options.get("form"), options.get("output")
    if output is not None:
        return str(form or SUFFIXES.get(output.suffix, output.suffix))
    return None if form in (None, "text", "json") else str(form)
