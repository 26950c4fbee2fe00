"""The context of every command: the settings, and a ledger opened lazily."""

import errno
import json
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
from api.formats import FORMATS, addressed, print_text, render
from api.papers.wording import UNSAFE, safe_lines, safe_text
from api.questions.asker import Answer, Asker
from api.settings import Settings, account
from domain.access.principal_names import operator
from domain.access.principals import Principal
from domain.files.whole_files import written_whole
from domain.ledger.opening import login_in
from domain.opened_ledger import Ledger
from domain.proofs.checkpoint import NotACheckpoint
from domain.proofs.keys import NotAKey
from domain.proofs.pack import NoPack
from domain.proofs.signed_notes import NotANote, NotSigned
from domain.proofs.verifying.failure import Failed
from domain.refusals import LedgerUnusable, PlanUnknown, Refusal


class Session:
    """One run of the program."""

    def __init__(
        self, settings: Settings, database_url: str | None, data: Path | None, owner_url: str | None = None
    ) -> None:
        self.settings = settings
        # A data folder on the command line takes precedence over the server of the environment.
        self.database_url = database_url or (None if data else settings.database_url)
        # So does a server: the owner in the environment may belong to another one.
        self.owner_url = owner_url or (None if data or database_url else settings.owner_url)
        self.data = data or settings.data
        self._ledger: Ledger | None = None

    @property
    def ledger(self) -> Ledger:
        """The ledger, opened on first use."""
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
        """Connect as the owner, if no serving login is configured."""
        if self.owner_url is not None and self.database_url is None:
            self.database_url = self.owner_url

    @property
    def serving_login(self) -> str | None:
        """The login that serves; None unless an owner is configured too."""
        if self.database_url is None or self.owner_url is None:
            return None
        return login_in(self.database_url)

    def not_nowhere(self) -> None:
        """Raises LedgerUnusable if opening the ledger would create one in a missing or empty folder."""
        if self.database_url is not None or self.owner_url is not None:
            return
        with suppress(OSError):  # the server reports an unreadable folder better
            if not self.data.exists() or not any(self.data.iterdir()):
                raise LedgerUnusable(
                    f"there is no ledger in {self.data}: `asat demo` makes one with the examples, and `asat record` one"
                    " with what you record"
                )

    @cached_property
    def principal(self) -> Principal:
        """The principal of the command: that of the token, or else `anyone`, who on an open ledger may do everything.

        Raises:
            NotSignedIn: the token is not valid.
        """
        if self.settings.token is not None:
            return self.ledger.access.tokens.principal(self.settings.token, clock.now())
        return self.ledger.access.principals.anyone()

    @property
    def decides(self) -> str:
        """The name for a steward's acts in the audit: the token's principal, or the operator of the machine."""
        return operator(account()) if self.settings.token is None else self.principal.name

    def asker(self) -> Asker:
        """The asker of the ledger, as of today; it lists only plans that the principal may read."""
        now = clock.now()
        return Asker(self.ledger, self.ledger.today(), lambda plan: self.principal.may("reader", plan, now))

    def close(self) -> None:
        """Close the ledger if it was opened."""
        if self._ledger is not None:
            self._ledger.close()


#: Error of a proof -> its code.
PROOFS: dict[type[Exception], str] = {
    Failed: "not-verified",
    NoPack: "no-pack",
    NotACheckpoint: "not-a-checkpoint",
    NotAKey: "not-a-key",
    NotANote: "not-a-note",
    NotSigned: "not-signed",
}


@contextmanager
def plainly() -> Iterator[None]:
    """Print errors on standard error, as a sentence or with `-f json` as an object, and exit with 1."""
    try:
        yield
    except BrokenPipeError:  # the reader of the pipe, such as `head`, has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except PlanUnknown as error:
        _fail(error.listed_by("`asat plans`"))
    except Refusal as error:
        _fail(error)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python flushes it again at exit
            _fail(FileUnusable("the disk that it is written to is full: free some space, or write to another"))
        if error.filename is None:
            raise
        _fail(FileUnusable(f"{os.fsdecode(error.filename)} cannot be used ({error.strerror}); name another file"))
    except tuple(PROOFS) as error:
        _fail(ProofRefused(PROOFS[type(error)], str(error)))


class FileUnusable(Refusal):
    """A file cannot be read or written."""

    code = "file-unusable"


class ProofRefused(Refusal):
    """Something that was to prove something does not."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


def _fail(error: Refusal) -> NoReturn:
    context = click.get_current_context(silent=True)
    if context is not None and context.params.get("form") == "json":
        told = {"code": error.code, "field": error.field or None, "detail": str(error), "index": error.index}
        complain(json.dumps(told, ensure_ascii=False))
    else:
        complain(f"asat: {error}")
    raise SystemExit(1)


def complain(sentence: str) -> None:
    """Print a sentence on standard error, with control characters made safe."""
    click.echo(safe_text(sentence), err=True)


#: Suffix of a file -> its format.
SUFFIXES = {FORMATS[name].suffix: name for name in (*addressed(), *FORMATS)}


def tell(answer: Answer[Any], form: str | None, output: Path | None) -> None:
    """Print an answer, or write it to a file, in the format asked for."""
    if output is not None:
        chosen = form or SUFFIXES.get(output.suffix)
        if chosen is None:
            raise click.UsageError(f"{output.name} does not say its form; end it in {', '.join(SUFFIXES)}, or use -f")
        written = render(answer.question, chosen, answer.document)
        with written_whole(output) as into:
            into.write(written)
    elif form == "text" or (form is None and sys.stdout.isatty()):
        print_text(answer.question, answer.document, Console())
    elif form and FORMATS[form].binary and sys.stdout.isatty():
        file = f"-o FILE{FORMATS[form].suffix}"
        raise click.UsageError(
            f"{form} is not for a terminal; write it to a file with {file}, or send it on with a pipe"
        )
    else:
        put(render(answer.question, form or "json", answer.document), form or "json")


def put(written: bytes, form: str) -> None:
    """Print output for programs; on a terminal, control characters are escaped."""
    if sys.stdout.isatty():
        text = written.decode()
        written = (_escaped(text) if form == "json" else safe_lines(text)).encode()
    sys.stdout.buffer.write(written)
    sys.stdout.buffer.flush()


def _escaped(json_text: str) -> str:
    """The same JSON with unsafe characters as escapes, which is valid because they occur only inside strings."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)
