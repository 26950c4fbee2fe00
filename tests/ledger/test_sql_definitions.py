"""Each SQL function and trigger stands in a file as it is now, and the migrations come to exactly these."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from domain.ledger.catalogue import EXPECTED, read_catalogue
from domain.ledger.schema import Migration, migrate, released_migrations
from scripts.assembled_migration import LEDGER, assembled, definitions, wanted, write_migration
from tests.real_ledgers import Server, connected

NOW = wanted(LEDGER / "sql")
NEWEST = released_migrations()[-1].number


@pytest.fixture
def ledger_folder(tmp_path: Path) -> Path:
    """A copy of the migrations and the files."""
    for name in ("migrations", "sql"):
        copytree(LEDGER / name, tmp_path / name)
    return tmp_path


def edit(folder: Path, kind: str, name: str, old: str, new: str) -> None:
    file = folder / "sql" / kind / f"{name}.sql"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def after(sql: str) -> list[Migration]:
    return [*released_migrations(), Migration(NEWEST + 1, "assembled", sql)]


def read(server: Server, schema: str) -> Any:
    with connected(server.owner_conninfo, schema) as owner:
        return read_catalogue(owner, schema)


#: Migrations that were released, by the first half of their SHA-256.
RELEASED = {
    "0001_ledger": "da9be5c9ab4410f7",
    "0002_append_only": "5ced4d96b84de790",
    "0003_roles": "ff0849a885fb0b88",
    "0004_tree": "15f67fffe490a3fa",
    "0005_checkpoints": "92112a940eef9bf2",
    "0006_passwords": "4197c08b6237fbe4",
    "0007_time_stamps": "1bc2cecb61d9f3aa",
    "0008_days_and_purges": "d4d73dcb9709b15f",
    "0009_marks_and_redactions": "a8e9385964beb119",
}


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_migration_is_never_edited(name: str) -> None:
    assert sha256((LEDGER / "migrations" / f"{name}.sql").read_bytes()).hexdigest().startswith(RELEASED[name])


# The files and the migrations


def test_every_function_and_trigger_has_a_file_and_no_other_has_one() -> None:
    things = json.loads((LEDGER / EXPECTED).read_text(encoding="utf-8"))["things"]
    kept = {("function", name.partition("(")[0]) for kind, name, _ in things if kind == "the function"}
    kept |= {("trigger", name.partition(".")[2]) for kind, name, _ in things if kind == "the guard"}
    assert {(one.kind, one.name) for one in NOW.values()} == kept


def test_the_files_make_what_the_migrations_made(server: Server, schema: str) -> None:
    """All are run once more over the migrations, and the catalogue of the database stays as it is."""
    migrate(server.owner_conninfo, schema, login="asat_app")
    made = read(server, schema)
    migrate(server.owner_conninfo, schema, after(assembled({}, NOW)), login="asat_app")
    assert read(server, schema) == made


def test_the_files_are_what_the_migrations_leave() -> None:
    left = definitions("".join(one.sql for one in released_migrations()))
    assert [name for name in {*left, *NOW} if left.get(name) != NOW.get(name)] == [], "run scripts/migration NAME"


# Assembling


def test_nothing_is_assembled_where_nothing_has_changed(ledger_folder: Path) -> None:
    assert write_migration("nothing", ledger_folder) is None
    assert len([*(ledger_folder / "migrations").iterdir()]) == NEWEST


def test_a_changed_function_is_replaced_and_its_comment_is_no_change(
    ledger_folder: Path, server: Server, schema: str
) -> None:
    edit(ledger_folder, "functions", "leaf", "-- The hash", "-- A hash")
    edit(ledger_folder, "functions", "refuse_going_back", "only goes forward'", "goes forward only'")
    file = write_migration("forward_only", ledger_folder)
    assert file is not None
    assert file.name == f"{NEWEST + 1:04}_forward_only.sql"
    assert [*definitions(file.read_text())] == ["refuse_going_back"]
    assert "drop" not in file.read_text()
    migrate(server.owner_conninfo, schema, after(file.read_text()))
    bodies = {name: so["body"] for (kind, name), so in read(server, schema).things.items() if kind == "the function"}
    assert "goes forward only" in bodies["refuse_going_back()"]


def test_a_function_with_other_arguments_is_dropped_first(ledger_folder: Path, server: Server, schema: str) -> None:
    edit(ledger_folder, "functions", "rehash_password", "former text,", "former text, reason text,")
    file = write_migration("reasons", ledger_folder)
    assert file is not None
    assert "drop function {schema}.rehash_password;\n\ncreate or replace function" in file.read_text()
    migrate(server.owner_conninfo, schema, after(file.read_text()), login="asat_app")
    found = read(server, schema)
    name = "rehash_password(principal text, former text, reason text, hash text)"
    assert ("the function", name) in found.things
    who = {grantee for kind, thing, grantee, _ in found.grants if thing.startswith("rehash_password(")}
    assert len(who) == 1, "the ledger's role, and nobody else"


def test_new_definitions_come_after_those_that_they_use_and_removed_ones_go(
    ledger_folder: Path, server: Server, schema: str
) -> None:
    functions = ledger_folder / "sql" / "functions"
    (functions / "a_size.sql").write_text(
        "create or replace function {schema}.a_size() returns bigint language sql stable return {schema}.b_size();\n"
    )
    (functions / "b_size.sql").write_text(
        "create or replace function {schema}.b_size() returns bigint language sql stable\n"
        "return (select position from {schema}.head);\ngrant execute on function {schema}.b_size to {app};\n"
    )
    (ledger_folder / "sql" / "triggers" / "purges_stay.sql").unlink()
    file = write_migration("sizes", ledger_folder)
    assert file is not None
    assert [*definitions(file.read_text().replace("drop trigger", "--"))] == ["b_size", "a_size"]
    migrate(server.owner_conninfo, schema, after(file.read_text()), login="asat_app")
    found = read(server, schema)
    assert ("the guard", "purges.purges_stay") not in found.things
    assert {thing for _, thing, _, _ in found.grants if "_size" in thing} == {"b_size()"}


def test_a_migration_is_assembled_anew_and_keeps_what_was_written_by_hand(ledger_folder: Path) -> None:
    edit(ledger_folder, "functions", "refuse_going_back", "only goes forward'", "goes forward only'")
    file = write_migration("forward_only", ledger_folder)
    assert file is not None
    above = "-- By hand.\nalter table {schema}.head add column more text;\n\n"
    below = "\nupdate {schema}.head set more = '';\n"
    file.write_text(above + file.read_text() + below)
    edit(ledger_folder, "functions", "refuse_going_back", "goes forward only'", "never goes back'")
    assert write_migration("forward_only", ledger_folder) == file
    text = file.read_text()
    assert text.startswith(above)
    assert text.endswith(below)
    assert ("never goes back" in text, "goes forward only" in text) == (True, False)


@pytest.mark.parametrize("name", ["tree", "two words", ""])
def test_a_released_migration_is_not_written_over(ledger_folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a new migration"):
        write_migration(name, ledger_folder)


def test_the_newest_released_migration_is_not_written_over(ledger_folder: Path) -> None:
    newest = released_migrations()[-1]
    file = ledger_folder / "migrations" / f"{newest.number:04}_{newest.name}.sql"
    before = file.read_text()
    with pytest.raises(ValueError, match="not written over"):
        write_migration(newest.name, ledger_folder)
    assert file.read_text() == before


def test_a_file_that_defines_another_function_is_refused(ledger_folder: Path) -> None:
    edit(ledger_folder, "functions", "leaf", ".leaf(", ".leaves(")
    with pytest.raises(ValueError, match=r"leaf\.sql: it shall define the function leaf"):
        write_migration("leaves", ledger_folder)


def test_rights_are_a_part_of_a_definition() -> None:
    granted, name = NOW["add_key"], "add_key"
    assert granted.granted
    less = replace(granted, granted=False)
    assert "grant execute on function {schema}.add_key to {app};" in assembled({name: less}, {name: granted})
    assert assembled({name: granted}, {name: less}).startswith("drop function {schema}.add_key;")
