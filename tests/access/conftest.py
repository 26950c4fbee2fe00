"""The controls of the tests of access: an access ledger on real PostgreSQL, and somebody in it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from psycopg.sql import SQL, Identifier

from domain.access import password_hashing
from domain.access.access_errors import SignInFailed
from domain.access.access_ledger import AccessLedger
from domain.access.access_streams import AccessRecord
from domain.access.principals import Grant
from domain.ledger.schema import access_schema
from domain.opened_ledger import Ledger
from tests.real_ledgers import Connection

BY = "operator root"
PASSWORD, NEW = "correct horse battery", "another few words"
INSTANT = timedelta(microseconds=1)
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed quickly, where a test does not ask how long that takes."""
    monkeypatch.setattr(password_hashing, "_hasher", CHEAP)
    password_hashing._unmatched_hash.cache_clear()
    yield
    password_hashing._unmatched_hash.cache_clear()


@pytest.fixture
def access(ledger: Ledger) -> AccessLedger:
    """The access ledger of an empty ledger, which is still open."""
    return ledger.access


@pytest.fixture
def ann(access: AccessLedger) -> str:
    """A keeper with a password."""
    access.principals.add("Ann", [Grant("keeper")], BY)
    access.passwords.set("Ann", PASSWORD, BY)
    return "Ann"


def hashes(owner: Connection, schema: str) -> list[str]:
    """Every hash of a password that is kept."""
    query = SQL("select hash from {}.passwords").format(Identifier(access_schema(schema)))
    return [found for (found,) in owner.execute(query)]


def kinds(access: AccessLedger) -> list[str]:
    return [kind(record) for record in access.audit.records()]


def kind(record: AccessRecord) -> str:
    return type(record.event).__name__


@pytest.fixture
def sue(access: AccessLedger) -> str:
    """A steward with a password."""
    access.principals.add("Sue", [Grant("steward"), Grant("reader")], BY)
    access.passwords.set("Sue", PASSWORD, BY)
    return "Sue"


HERE, NEARBY, AFAR = "192.0.2.1", "192.0.2.200", "198.51.100.7"


def fail(access: AccessLedger, times: int, account: str = "Ann", address: str | None = HERE) -> None:
    for _ in range(times):
        with pytest.raises(SignInFailed, match="is wrong"):
            access.passwords.sign_in(account, "wrong", now(), address)


def locked_out(access: AccessLedger, address: str | None = HERE, account: str = "Ann") -> bool:
    """Whether even the right password is refused."""
    try:
        access.passwords.sign_in(account, PASSWORD, now(), address)
    except SignInFailed as refused:
        return refused.retry_after is not None
    return False


def everything_stored(owner: Connection, schema: str) -> str:
    """Every value in every column of every table of the access ledger."""
    tables = owner.execute("select tablename from pg_tables where schemaname = %s", (schema,)).fetchall()
    found = []
    for (table,) in tables:
        for row in owner.execute(SQL("select * from {}.{}").format(Identifier(schema), Identifier(table))):
            found += [bytes(value).decode("latin-1") if isinstance(value, bytes) else str(value) for value in row]
    return "\n".join(found)
