"""The file of what the migrations make of a schema, read from an embedded server on which they were run."""

import hashlib
import tempfile
from pathlib import Path

from domain.ledger.catalogue import as_text, read_catalogue, read_names
from domain.ledger.schema import migrate, released_migrations
from domain.postgres.cluster import APP
from domain.postgres.connections import connected
from domain.postgres.embedded_server import EmbeddedServer

#: A name that stands nowhere in the migrations.
SCHEMA = "asat_as_made"


def migrations_digest() -> str:
    """The SHA-256 of all migrations, in hexadecimal: while it is the same, so is what they make."""
    digest = hashlib.sha256()
    for migration in released_migrations():
        digest.update(f"{migration.number} {migration.name}\n{migration.sql}".encode())
    return digest.hexdigest()


def catalogue_document() -> str:
    """domain/ledger/catalogue.json."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer.start(Path(folder) / "data") as server:
        return catalogue_on(server.owner_conninfo, APP)


def catalogue_on(owner_conninfo: str, login: str | None = None) -> str:
    """The same, made on a server where this may own a schema for a moment."""
    migrate(owner_conninfo, SCHEMA, login=login)
    with connected(owner_conninfo) as connection:
        found = read_catalogue(connection, SCHEMA)
        connection.execute(f"drop schema {SCHEMA} cascade".encode())
        return as_text(found, read_names(connection, SCHEMA), migrations_digest())
