"""Pages at a point at which less was known than now: where they lead, nothing that was recorded later counts."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import rated
from tests.api.page_reader import BROWSER, Page


def previous_of(client: TestClient, address: str) -> str:
    """The previous point that a page of two goes on with where none was chosen."""
    response = client.get(address, headers=BROWSER, follow_redirects=False)
    assert response.status_code == 303
    return parse_qs(urlsplit(response.headers["location"]).query)["previous"][0]


def issue(label: str, on: str) -> dict[str, Any]:
    return {"type": "VersionIssued", "label": label, "summary": "x", "effective_on": on}


@pytest.mark.parametrize("question", ["comparison", "changes"])
@pytest.mark.parametrize(
    ("current", "previous"),
    [
        ("now", "issue:3.0"), ("2019-05-30", "issue:2.0"), ("2019-05-30@289", "2019-03-29@243"),
        ("issue:3.0", "2019-03-29@243"), ("2018-10-24@3", "2018-10-23@3"),
    ],
)  # fmt: skip
def test_the_previous_point_offered_knows_no_more_than_the_current_one(
    reader: TestClient, question: str, current: str, previous: str
) -> None:
    address = f"/plans/sunderland/{question}?current={current}"
    assert previous_of(reader, address) == previous
    Page(reader, f"{address}&previous={previous}")


def test_what_was_recorded_later_does_not_change_the_previous_point_offered(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=[issue("1.0", "2019-03-01"), rated("red", on="2019-04-01")])
    address = f"{plan}/comparison?current=2019-05-01@5"
    before = previous_of(client, address)
    assert before == "2019-03-01@4"
    client.post(f"{plan}/events", json=[issue("1.1", "2019-04-15")])
    assert previous_of(client, address) == before
    assert previous_of(client, f"{plan}/comparison?current=2019-05-01") == "issue:1.1"
    assert previous_of(client, f"{plan}/comparison?current=2019-02-01@3") == "2019-01-07@3"


def test_the_history_of_a_fixed_point_leads_to_fixed_points(client: TestClient, plan: str) -> None:
    told = {"type": "ReportPresented", "forum": "Board", "current": "issue:2.0", "effective_on": "2019-04-01"}
    client.post(f"{plan}/events", json=[issue("1.0", "2019-02-01"), issue("2.0", "2019-03-01"), told])
    then = Page(client, f"{plan}/history?at=2019-05-01@6")
    for words, at in (("2.0", "2019-03-01@5"), ("The plan as at 01/03/2019", "2019-03-01@5")):
        assert parse_qs(urlsplit(then.links()[words]).query)["at"] == [at]
        assert "1 March 2019" in then.follow(words).words
    compared = parse_qs(urlsplit(then.links()["Compare with 1.0"]).query)
    assert compared == {"previous": ["2019-02-01@4"], "current": ["2019-03-01@5"]}
    now = Page(client, f"{plan}/history?at=2019-05-01")
    assert parse_qs(urlsplit(now.links()["2.0"]).query)["at"] == ["issue:2.0"]
    assert parse_qs(urlsplit(now.links()["The plan as at 01/03/2019"]).query)["at"] == ["told:Board@2019-04-01"]
