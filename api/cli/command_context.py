"""What every command works with: the settings, and a ledger that is opened when first needed."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from api import clock
from api.formats import FORMS, FormUnknown, print_text, render
from api.papers.paper import PaperTooLong
from api.papers.wording import UNSAFE, safe_lines, safe_text
from api.questions.asker import Answer, Asker
from api.settings import Settings, account
from api.signing import NotStamped
from domain.access.names import operator
from domain.access.principals import NotAllowed, Principal
from domain.envelopes import NotAnEvent
from domain.errors import BackupUnusable, LedgerUnusable, PlanUnknown, VersionConflict
from domain.files.whole_files import NotWritten, written_whole
from domain.integrity.checkpoint_store import CheckpointUnknown, KeyRefused
from domain.ledger.access import AccessRefused, NotSignedIn, PrincipalUnknown, SignInRefused
from domain.ledger.ledger import Ledger
from domain.ledger.opening import login_in
from domain.points import PointUnknown, PointUnreadable
from domain.proofs.checkpoint import NotACheckpoint
from domain.proofs.keys import NotAKey
from domain.proofs.pack import NoPack
from domain.proofs.signed_notes import NotANote, NotSigned
from domain.proofs.verify import Failed
from domain.rules import Refused
from projections.action import ActionUnknown
from projections.claims import ClaimUnreadable
from projections.counted import CountUnknown
from projections.event import EventUnknown
from projections.rag_comparison import PointsReversed


class Session:
    """One run of the program."""

    def __init__(
        self, settings: Settings, database_url: str | None, data: Path | None, owner_url: str | None = None
    ) -> None:
        self.settings = settings
        # A data folder named on the command line is meant, whatever server the environment names.
        self.database_url = database_url or (None if data else settings.database_url)
        # So is a server: the environment's owner may be that of another.
        self.owner_url = owner_url or (None if data or database_url else settings.owner_url)
        self.data = data or settings.data
        self._ledger: Ledger | None = None

    @property
    def ledger(self) -> Ledger:
        """The ledger, opened when first asked for."""
        if self._ledger is None:
            if self.database_url is None and self.owner_url is not None:
                raise LedgerUnusable(
                    "the owner of a ledger on a server is named, and not the login that serves: set ASAT_DATABASE_URL"
                    " (or --database-url) too, or unset ASAT_OWNER_URL for the embedded server"
                )
            self._ledger = Ledger.open(
                database_url=self.database_url, owner_url=self.owner_url, data=self.data, memory=self.settings.memory
            )
        return self._ledger

    def as_owner(self) -> None:
        """Work as the owner, where no login that serves is named."""
        if self.owner_url is not None and self.database_url is None:
            self.database_url = self.owner_url

    @property
    def serving_login(self) -> str | None:
        """The login that serves, where the owner is another."""
        if self.database_url is None or self.owner_url is None:
            return None
        return login_in(self.database_url)

    def not_nowhere(self) -> None:
        """Raises LedgerUnusable where opening the ledger would make a new one, in a folder that holds nothing."""
        if self.database_url is not None or self.owner_url is not None:
            return
        with suppress(OSError):  # of a folder that cannot be read the server says more
            if not self.data.exists() or not any(self.data.iterdir()):
                raise LedgerUnusable(
                    f"there is no ledger in {self.data}: `asat demo` makes one with the examples, and `asat record` one"
                    " with what you record"
                )

    @cached_property
    def principal(self) -> Principal:
        """Who runs the command: whom the token names; else anyone, who on an open ledger may do everything.

        Raises:
            NotSignedIn: the token opens nothing.
        """
        if self.settings.token is not None:
            return self.ledger.access.by_token(self.settings.token, clock.now())
        return self.ledger.access.anyone()

    @property
    def decides(self) -> str:
        """The name under which what a steward does is noted: whom the token names, or whoever runs the machine."""
        return operator(account()) if self.settings.token is None else self.principal.name

    def asker(self) -> Asker:
        """Asks the ledger, today; plans are listed that whoever asks may read."""
        now = clock.now()
        return Asker(self.ledger, self.ledger.today(), lambda plan: self.principal.may("reader", plan, now))

    def close(self) -> None:
        """Close the ledger if it was opened."""
        if self._ledger is not None:
            self._ledger.close()


@contextmanager
def plainly() -> Iterator[None]:
    """Say what went wrong in a sentence on standard error, and exit with 1."""
    try:
        yield
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except PlanUnknown as error:
        _fail(f"{error.args[0]}; `asat plans` lists those there are")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or it is tried once more at the exit
            _fail("the disk that it is written to is full: free some space, or write to another")
        if error.filename is None:
            raise
        _fail(f"{os.fsdecode(error.filename)} cannot be used ({error.strerror}); name another file")
    except (
        Refused, VersionConflict, NotAnEvent, PointUnknown, PointUnreadable, ActionUnknown, ClaimUnreadable,
        CountUnknown, EventUnknown, FormUnknown, LedgerUnusable, PaperTooLong, PointsReversed, CheckpointUnknown,
        AccessRefused, BackupUnusable, Failed, KeyRefused, NotAllowed, NotSignedIn, PrincipalUnknown, SignInRefused,
        NoPack, NotStamped, NotWritten, NotACheckpoint, NotAKey, NotANote, NotSigned,
    ) as error:  # fmt: skip
        _fail(str(error.args[0] if isinstance(error, LookupError) else error))


def _fail(sentence: str) -> NoReturn:
    complain(f"asat: {sentence}")
    raise SystemExit(1)


def complain(sentence: str) -> None:
    """Say it on standard error; what a file holds cannot speak to the terminal through it."""
    click.echo(safe_text(sentence), err=True)


#: Suffix of a file -> the form written to it.
SUFFIXES = {**{form.suffix: name for name, form in FORMS.items()}, ".txt": "text"}


def tell(answer: Answer[Any], form: str | None, output: Path | None) -> None:
    """Print or write an answer in the form asked for."""
    if output is not None:
        chosen = form or SUFFIXES.get(output.suffix)
        if chosen is None:
            raise click.UsageError(f"{output.name} does not say its form; end it in {', '.join(SUFFIXES)}, or use -f")
        written = _bytes(answer, chosen)
        with written_whole(output) as into:
            into.write(written)
    elif form == "text" or (form is None and sys.stdout.isatty()):
        print_text(answer.question, answer.document, Console())
    elif form and FORMS[form].binary and sys.stdout.isatty():
        file = f"-o FILE{FORMS[form].suffix}"
        raise click.UsageError(
            f"{form} is not for a terminal; write it to a file with {file}, or send it on with a pipe"
        )
    else:
        put(_bytes(answer, form or "json"), form or "json")


def put(written: bytes, form: str) -> None:
    """Print what is for programs; a terminal gets it with everything escaped that would speak to it."""
    if sys.stdout.isatty():
        text = written.decode()
        written = (_escaped(text) if form == "json" else safe_lines(text)).encode()
    sys.stdout.buffer.write(written)
    sys.stdout.buffer.flush()


def _escaped(json_text: str) -> str:
    """The same JSON; in it such characters stand only inside strings, where they may be written as escapes."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)


def _bytes(answer: Answer[Any], form: str) -> bytes:
    if form != "text":
        return render(answer.question, form, answer.document)
    written = io.StringIO()
    print_text(answer.question, answer.document, Console(width=120, no_color=True, file=written))
    return written.getvalue().encode()
