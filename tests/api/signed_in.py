"""The controls of the tests of access: principals with their roles, and clients that ask as them."""

from datetime import datetime
from typing import Any

from lxml import html
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from domain.access.principals import Grant
from domain.access.roles import Role
from domain.opened_ledger import Ledger
from tests.api.conftest import asking

STEWARD, PASSWORD = "The steward", "correct horse battery"
PAGE = {"Accept": "text/html"}
ORIGIN = {"Origin": "http://127.0.0.1:8000"}
BROWSER = {**PAGE, **ORIGIN}


def principal(ledger: Ledger, name: str, *grants: Grant, password: bool = False) -> str:
    """Make a principal known."""
    ledger.access.principals.add(name, grants, "operator root")
    if password:
        ledger.access.passwords.set(name, PASSWORD, "operator root")
    return name


def close(ledger: Ledger) -> None:
    """Close an open ledger: somebody is known from now on."""
    principal(ledger, STEWARD, Grant("steward"))


def program(app: ASGIApp, ledger: Ledger, name: str, role: Role, plan: str | None = None,
            until: datetime | None = None) -> TestClient:  # fmt: skip
    """A program with a token of its own."""
    secret, _ = ledger.access.tokens.create(name, Grant(role, plan), until, STEWARD)
    return asking(app, headers={"Authorization": f"Bearer {secret}"})


def browser(app: ASGIApp, ledger: Ledger, name: str) -> TestClient:
    """A browser in which somebody has signed in, by a link."""
    client = asking(app)
    key = ledger.access.links.make(name, "operator root", 10)
    answer = client.post("/sign-in/once", data={"key": key}, headers=BROWSER, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client


def token_on(response: Any) -> str:
    """The token that the forms of a page carry."""
    found: str = html.fromstring(response.text).xpath("//input[@name='csrf']/@value")[0]
    return found
