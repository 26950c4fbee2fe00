"""No page of a large plan is long: 120 actions and 10,000 events, under 60 kB each without compression."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from bench.event_history import TODAY, generate
from bench.page_times import PAGES
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, asking
from tests.api.page_reader import BROWSER

pytestmark = pytest.mark.slow

LONGEST = 60_000


@pytest.fixture(scope="module")
def large(server_folder: Path) -> Iterator[TestClient]:
    with Ledger.open(data=server_folder, schema="large") as ledger:
        ledger.record(generate(10_000, "large").proposals, by=BY, today=TODAY)
        yield asking(make_application(ledger, BY))


def size(client: TestClient, address: str) -> int:
    response = client.get(address, headers={**BROWSER, "Accept-Encoding": "identity"})
    assert response.status_code == 200, response.text
    return len(response.content)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_of_a_large_plan_is_short(large: TestClient, path: str) -> None:
    assert size(large, f"/plans/large{path}") < LONGEST


@pytest.mark.parametrize(
    "path", ["?at={0}", "/overdue?at={0}", "/trail?at={0}", "/comparison?current={0}", "/paper?current={0}"]
)
def test_it_is_short_too_when_every_link_has_to_carry_long_points(large: TestClient, path: str) -> None:
    address = path.format("told:Improvement Board@2022-01-01") + "&previous=2018-01-01@4000"
    assert size(large, f"/plans/large{address}") < LONGEST


def test_a_list_of_plans_grows_by_what_it_says_of_each(reader: TestClient) -> None:
    assert size(reader, "/plans") < 10_000
