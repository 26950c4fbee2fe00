"""A migration assembled from the definitions in domain/ledger/sql that are not as the migrations so far leave them.

Tables, columns, constraints and indexes have no such files: their statements are written into the migration by hand,
above or below the assembled part.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

LEDGER = Path(__file__).parents[1] / "domain" / "ledger"
BEGIN = "-- Assembled from domain/ledger/sql by scripts/migration; it is assembled anew when that is run again.\n"
END = "-- The end of the assembled part.\n"

# A semicolon ends a statement, but not within a body, a text or a comment.
_STATEMENT = re.compile(r"(?:\$\$.*?\$\$|'(?:[^']|'')*'|--[^\n]*|[^;'])+?;", re.DOTALL)
_COMMENTS = re.compile(r"\A(?:\s|--[^\n]*\n)+")
_KIND = r"(function|trigger|view) (?:\{schema\}\.)?(\w+)"
_CREATES = re.compile(r"create (?:or replace )?" + _KIND)
_DROPS = re.compile(r"drop " + _KIND)
_GRANTS = re.compile(r"grant (execute on function|select on)\s(.*)\sto \{app\};\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, trigger or view: its kind, its name, and the statement that makes it, without `or replace`."""

    kind: str
    name: str
    statement: str
    #: Whether the ledger's role may use it.
    granted: bool = False

    @property
    def signature(self) -> str:
        """The part of the statement that cannot be replaced: arguments and result of a function."""
        return re.split(r"\blanguage\b", self.statement)[0].rstrip() if self.kind == "function" else ""

    @property
    def dropped(self) -> str:
        """The statement that removes it."""
        table = re.search(r"\bon (\{schema\}\.\w+)", self.statement) if self.kind == "trigger" else None
        return f"drop trigger {self.name} on {table[1]};" if table else f"drop {self.kind} {{schema}}.{self.name};"

    @property
    def made(self) -> str:
        """The statements that make it, or replace it, with its rights."""
        made = [self.statement.replace("create ", "create or replace ", 1)]
        if self.kind == "function":
            made.append(f"revoke all on function {{schema}}.{self.name} from public;")
        if self.granted:
            right = "execute on function" if self.kind == "function" else "select on"
            made.append(f"grant {right} {{schema}}.{self.name} to {{app}};")
        return "\n".join(made)


def definitions(sql: str) -> dict[str, Definition]:
    """The definitions, by name, that these statements leave when they are run in their order."""
    found: dict[str, Definition] = {}
    for statement in (_COMMENTS.sub("", one) for one in _STATEMENT.findall(sql)):
        if made := _CREATES.match(statement):
            before = found.get(made[2])
            text = statement.replace("create or replace ", "create ", 1)
            found[made[2]] = Definition(made[1], made[2], text, before is not None and before.granted)
        elif gone := _DROPS.match(statement):
            del found[gone[2]]
        elif rights := _GRANTS.match(statement):
            for name in re.findall(r"\{schema\}\.(\w+)", rights[2]):
                if one := found.get(name):
                    found[name] = Definition(one.kind, one.name, one.statement, granted=True)
    return found


def wanted(folder: Path) -> dict[str, Definition]:
    """The definitions in a folder's files, each named as what it defines.

    Raises:
        ValueError: a file defines anything else.
    """
    found: dict[str, Definition] = {}
    for file in sorted(folder.glob("*/*.sql")):
        made = definitions(file.read_text(encoding="utf-8"))
        if [*made] != [file.stem] or made[file.stem].kind + "s" != file.parent.name:
            raise ValueError(f"{file}: it shall define the {file.parent.name[:-1]} {file.stem}, and nothing else")
        found |= made
    return found


def assembled(before: Mapping[str, Definition], after: Mapping[str, Definition]) -> str:
    """The statements that lead from some definitions to others; empty if they are the same."""
    changed = {name: one for name, one in after.items() if before.get(name) != one}
    gone = [before[name].dropped for name in before if name not in after]
    gone += [
        one.dropped
        for name, new in changed.items()
        if (one := before.get(name))
        and ((one.kind, one.signature) != (new.kind, new.signature) or one.granted > new.granted)
    ]
    parts = ["\n".join(gone)] * bool(gone) + [changed[name].made for name in _in_order(changed)]
    return "\n\n".join(parts) + "\n" if parts else ""


def _in_order(changed: Mapping[str, Definition]) -> Iterable[str]:
    """Names in an order in which the database takes the definitions."""

    def needed(one: Definition) -> Iterator[str]:
        # The database reads the body of a function in PL/pgSQL only when it is called.
        if one.kind != "function" or not re.search(r"\blanguage plpgsql\b", one.statement):
            yield from (name for name in re.findall(r"\{schema\}\.(\w+)", one.statement) if name != one.name)

    order = TopologicalSorter({name: {*needed(one)} & {*changed} for name, one in sorted(changed.items())})
    return order.static_order()


def write_migration(name: str, ledger: Path = LEDGER) -> Path | None:
    """Write the migration of this name, the next or, assembled anew, the newest; None if nothing has changed.

    Raises:
        ValueError: an older migration has that name, or the name is no word.
    """
    files = sorted((ledger / "migrations").glob("*.sql"))
    names = [file.stem[5:] for file in files]
    if not re.fullmatch(r"\w+", name) or name in names[:-1]:
        raise ValueError(f"{name} cannot name a new migration: take one word (a to z, _) that none has yet")
    again = files.pop() if names[-1] == name else None
    before = definitions("".join(file.read_text(encoding="utf-8") for file in files))
    statements = assembled(before, wanted(ledger / "sql"))
    if not statements and again is None:
        return None
    text = again.read_text(encoding="utf-8") if again else f"-- {name.replace('_', ' ').capitalize()}.\n\n{BEGIN}{END}"
    above, begin, rest = text.partition(BEGIN)
    if not begin:
        raise ValueError(f"{again} has no assembled part, and is not written over")
    file = again or ledger / "migrations" / f"{int(files[-1].name[:4]) + 1:04}_{name}.sql"
    file.write_text(f"{above}{BEGIN}\n{statements}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return file


if __name__ == "__main__":
    try:
        written = write_migration(sys.argv[1])
    except ValueError as error:
        sys.exit(f"migration: {error}")
    print(f"{written}: now run scripts/generate" if written else "nothing in domain/ledger/sql has changed")
