"""A server that somebody else administers: roles, databases and addresses on it."""

from itertools import count
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tests.real_ledgers import Server


def url_of(conninfo: str, **changed: str) -> str:
    """A conninfo as the URL that somebody would put into ASAT_DATABASE_URL."""
    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo, **changed).items()}
    user, database = parts.pop("user"), parts.pop("dbname")
    options = "&".join(f"{name}={quote(value, safe='')}" for name, value in parts.items())
    return f"postgresql://{user}@/{database}?{options}"


def rows(conninfo: str, question: str, *parameters: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return connection.execute(question.encode(), parameters).fetchall()


def run(conninfo: str, *statements: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


_names = (f"council_{number}" for number in count())


def council(managed: Server, options: str = "") -> str:
    """A database of its own for a council, owned by a role with these options; answers its address."""
    name = next(_names)
    run(managed.owner_conninfo, f"create role {name} login {options}", f"create database {name} owner {name}")
    return url_of(managed.owner_conninfo, user=name, dbname=name)


def name_in(address: str) -> str:
    """The role that an address logs in as."""
    return str(conninfo_to_dict(address)["user"])


def forget_roles(managed: Server) -> None:
    """Back to a server that has never seen the roles of a ledger: each test has a database of its own."""
    for (login,) in rows(managed.owner_conninfo, "select rolname from pg_roles where rolname ~ '^council.*serve'"):
        run(managed.owner_conninfo, f"alter role {login} nologin noreplication")
    for role in ("asat_app", "asat_access_app"):
        for (database,) in rows(managed.owner_conninfo, "select datname from pg_database where datname ~ '^council'"):
            address = url_of(managed.owner_conninfo, dbname=database)
            run(address, "drop schema if exists asat, asat_access cascade")
            if rows(address, "select from pg_roles where rolname = %s", role):
                run(address, f"drop owned by {role}")
        run(managed.owner_conninfo, f"drop role if exists {role}")
