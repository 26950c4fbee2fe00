"""Every answer in JSON names the edition: the number of the rules that it was worked out by."""

import json
import re
from typing import Any

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from api.formats import render
from domain.edition import EDITION
from tests.answers.asked_questions import questions
from tests.answers.goldens import FOLDER
from tests.api.conftest import OPENING, ROOT
from tests.api.http.test_http_reading import ADDRESSES, with_suffix
from tests.api.process import CLAIMS

ANSWERED = [name for name in sorted(FOLDER.glob("*/*.json")) if name.parent.name != "problems"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_begins_with_its_edition(reader: TestClient, address: str) -> None:
    answer = reader.get(with_suffix(address, "json"))
    assert next(iter(answer.json().items())) == ("edition", EDITION)
    assert answer.content.count(b'"edition":') == 1, "no document within another names it"


def test_so_do_an_audit_and_what_was_recorded(reader: TestClient, client: TestClient) -> None:
    for answer in (
        reader.post("/plans/sunderland/audit", json=json.loads(CLAIMS.read_bytes())),
        client.post("/plans/plan/events", json=OPENING),
    ):
        assert answer.is_success
        assert next(iter(answer.json().items())) == ("edition", EDITION)


def test_every_golden_answer_names_this_edition() -> None:
    """So a release that raises the edition writes the golden answers anew, and a reviewer sees what else differs."""
    assert len(ANSWERED) > len(questions()) / 2
    assert {json.loads(file.read_bytes())["edition"] for file in ANSWERED} == {EDITION}


def test_every_answer_about_plans_is_described_with_the_edition(reader: TestClient) -> None:
    document = reader.get("/openapi.json").json()
    edition = {"$ref": "#/components/schemas/EditionDocument"}
    assert document["components"]["schemas"]["EditionDocument"]["required"] == ["edition"]
    described = {path: schema for path, operations in document["paths"].items() for schema in json_answers(operations)}
    assert {path for path, schema in described.items() if edition not in schema.get("allOf", [])} == {
        "/healthz",
        "/readyz",
    }
    assert len(described) == 21


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_with_its_edition_is_as_described(reader: TestClient, address: str) -> None:
    document = reader.get("/openapi.json").json()
    path = re.sub(
        "/actions/[^/]+$", "/actions/{action}", re.sub("^/plans/[^/]+", "/plans/{plan}", address.split("?")[0])
    )
    path = re.sub("/events/[^/]+$", "/events/{version}", path)
    [schema] = json_answers(document["paths"][f"{path}.json"])
    described = jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})
    answer = reader.get(with_suffix(address, "json")).json()
    described.validate(answer)
    del answer["edition"]
    assert not described.is_valid(answer)


def json_answers(operations: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas of what the operations of an address answer with in JSON."""
    answers = [operation["responses"].get(status, {}) for operation in operations.values() for status in ("200", "201")]
    return [
        one["content"]["application/json"]["schema"] for one in answers if "application/json" in one.get("content", {})
    ]


def test_other_forms_say_what_they_said_without_it() -> None:
    """People go by the release at the foot of a paper; a column or a line for it would be in every program's way."""
    for form in ("csv", "md", "html"):
        assert b"dition" not in render("plans", form, {"plans": []})


def test_the_readme_says_which_edition_this_is() -> None:
    assert f"This is edition {EDITION}." in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
