"""The statement: the signature of the ledger's key under what the tree itself does not show of a plan."""

import re
from hashlib import sha256
from typing import NamedTuple

from domain.proofs.checkpoint import Checkpoint
from domain.proofs.verifying.calendar_days import check_instant, read_day
from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.key_chain import decoded

#: The files that are proved by their content; every other is named in the statement.
_PROVED = ("keys.json", "checkpoint.txt", "statement.txt", "events.jsonl")

_STATEMENT = re.compile(
    r"AsAt evidence pack 1\n(?P<origin>[^\n]+)\nplan (?P<plan>[^\n]{1,63})\nversion (?P<version>[1-9][0-9]{0,18})\n"
    r"position (?P<position>[1-9][0-9]{0,18})\nsize (?P<size>[1-9][0-9]{0,18})\nroot (?P<root>[A-Za-z0-9+/=]{44})\n"
    r"(?:signed (?P<signed>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n)?"
    r"(?:at (?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}@[1-9][0-9]{0,18})\n)?(?:edition (?P<edition>[1-9][0-9]{0,18})\n)?"
    r"(?P<files>(?:file [0-9a-f]{64} [A-Za-z0-9./-]+\n)*)"
)


class Statement(NamedTuple):
    """Check that this is a plan's newest version in the ledger of a size; and the files that were given with it."""

    plan: str
    version: int
    position: int
    #: The checkpoint that it goes with.
    origin: str
    size: int
    root: bytes
    #: The instant of its signature, by the council's clock; packs did not say so once.
    signed: str | None
    #: The point that the papers show, `2019-05-31@282`.
    at: str | None
    #: The edition of the rules by which the papers were worked out, and whether the statement names it.
    edition: int
    names_edition: bool
    files: dict[str, str]


def read_statement(text: str, checkpoint: Checkpoint, where: str) -> Statement:
    """The statement of this text, if it is about this checkpoint; raises Failed."""
    found = _STATEMENT.fullmatch(text)
    if found is None:
        raise Failed(where, "it is no statement of a ledger about a plan")
    if found["signed"] is not None:
        check_instant(found["signed"], where)
    if found["at"] is not None:
        day, _, basis = found["at"].partition("@")
        read_day(day, where)
        if int(basis) > int(found["version"]):
            raise Failed(where, f"it speaks of papers as known at version {basis}, which the plan did not have")
    files = [line.split(" ")[1:] for line in found["files"].split("\n")[:-1]]
    if len({name for _, name in files}) != len(files):
        raise Failed(where, "it names a file twice")
    if proved := {*_PROVED}.intersection(name for _, name in files):
        raise Failed(where, f"it names {min(proved)}, which is proved by its content")
    statement = Statement(
        found["plan"],
        int(found["version"]),
        int(found["position"]),
        found["origin"],
        int(found["size"]),
        decoded(found["root"], where),
        found["signed"],
        found["at"],
        int(found["edition"] or 1),
        found["edition"] is not None,
        {name: digest for digest, name in files},
    )
    if (statement.origin, statement.size, statement.root) != (checkpoint.origin, checkpoint.size, checkpoint.root):
        raise Failed(where, "it speaks of another checkpoint than the one beside it")
    return statement


def check_present(files: dict[str, bytes]) -> None:
    """Check that the files are there without which nothing is proved; raises Failed."""
    for name in _PROVED:
        if name not in files:
            raise Failed(name, "it is missing from the pack")


def check_files(files: dict[str, bytes], statement: Statement) -> None:
    """Check that the other files are those that the statement names, unaltered; raises Failed."""
    for name, digest in statement.files.items():
        if name not in files:
            raise Failed(name, "it is missing from the pack")
        if sha256(files[name]).hexdigest() != digest:
            raise Failed(name, "it is not the file that was signed for: it was altered")
    for name in files:
        if name not in statement.files and name not in _PROVED:
            raise Failed(name, "it was added to the pack: nobody has signed for it")
