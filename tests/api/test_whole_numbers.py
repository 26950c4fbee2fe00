"""A whole number in an address is digits alone, at every address."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.application import make_application
from api.http.access.address_roles import routes_of
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, asking

#: As Python, pydantic or a spreadsheet writes or reads numbers.
OTHERWISE = ["5.0", "+5", "-0", "5_0", " 5", "5 ", "5e0", "0x5", "\u0665", "\uff15", "5.", "\u00b2", "true"]
COMPARING = ("/plans/{plan}/comparison", "/plans/{plan}/changes", "/plans/{plan}/paper", "/plans/{plan}/counted")
THERE = {"plan": "sunderland", "action": "2.4", "version": "5", "what": "rate", "file": "asat.css"}


def _holds_int(annotation: Any) -> bool:
    return annotation is int or any(_holds_int(one) for one in get_args(annotation))


def numbers(app: Any) -> Iterator[tuple[str, str, bool]]:
    """Path, name and whether it stands in the path, of every whole number that a GET takes."""
    for route in routes_of(app.routes):
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
            for one in get_flat_params(route.dependant):
                if _holds_int(one.field_info.annotation):
                    yield route.path, one.alias, not isinstance(one.field_info, Query)


def test_a_whole_number_is_digits_alone(examples: Ledger) -> None:
    client = asking(app := make_application(examples, BY))
    found = list(numbers(app))
    assert {name for _, name, _ in found} >= {"version", "after", "limit", "up_to", "page", "old", "before", "done"}
    for path, name, in_path in found:
        for written in OTHERWISE:
            if path.endswith("pack.zip") and written.strip() == "5":
                continue  # its form takes off what surrounds a number that was typed
            address = path.format(**{**THERE, name: written} if in_path else THERE)
            given = {} if in_path else {name: written}
            if path in COMPARING:  # without a previous point they lead to one before they read the rest
                given["previous"] = "issue:2.0"
            answer = client.get(address, params=given)
            assert answer.status_code == (404 if in_path else 422), (path, name, written)
            assert in_path or f"{name} is not a whole number" in answer.text, (path, name, written, answer.text)


@pytest.mark.parametrize("written", ["5", "05", "0000000005"])
def test_digits_are_read(reader: TestClient, written: str) -> None:
    assert reader.get(f"/plans/sunderland/events/{written}.json").json()["event"]["version"] == 5
