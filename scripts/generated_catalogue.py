"""The text of domain/ledger/catalogue.json, read from an embedded server on which the migrations were run."""

import hashlib
import tempfile
from pathlib import Path

from domain.ledger.catalogue import as_text, read_catalogue, read_names
from domain.ledger.schema import migrate, released_migrations
from domain.postgres.connections import connected
from domain.postgres.embedded_server import EmbeddedServer
from domain.postgres.server_settings import APP

#: A name that occurs nowhere in the migrations.
SCHEMA = "asat_as_made"


def migrations_digest() -> str:
    """The SHA-256 of all migrations, in hexadecimal: it changes if and only if they do."""
    digest = hashlib.sha256()
    for migration in released_migrations():
        digest.update(f"{migration.number} {migration.name}\n{migration.sql}".encode())
    return digest.hexdigest()


def catalogue_document() -> str:
    """domain/ledger/catalogue.json."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer.start(Path(folder) / "data") as server:
        return catalogue_on(server.owner_conninfo, APP)


def catalogue_on(owner_conninfo: str, login: str | None = None) -> str:
    """The same, made in a temporary schema on a given server."""
    migrate(owner_conninfo, SCHEMA, login=login)
    with connected(owner_conninfo) as connection:
        found = read_catalogue(connection, SCHEMA)
        connection.execute(f"drop schema {SCHEMA} cascade".encode())
        return as_text(found, read_names(connection, SCHEMA), migrations_digest())
