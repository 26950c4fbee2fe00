"""The description of the API: valid, whole, and as exact as what the program takes and answers.

Schemathesis makes requests from it, good and bad ones, and holds every answer against it with all its default checks:
`schemathesis run http://127.0.0.1:8000/openapi.json`, with fewer examples.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import jsonschema_rs
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.routing import Route

from api.application import make_application
from api.cli.serve_commands import EXAMPLES
from api.formats import FORMATS
from api.http import patterns
from api.http.proof_addresses import packing
from api.http.question_addresses import reading
from api.http.record_addresses import recording
from api.http.server import listen
from domain.envelopes import Proposal, read_proposal_json
from domain.events import EVENTS
from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from domain.points import PointUnreadable, read_instant, read_point
from tests.api.conftest import BY, ROOT, asking, load_examples
from tests.asked import paths
from tests.measuring import HANGS

SEED = 20190531


@pytest.fixture(scope="module")
def app(examples: Ledger) -> FastAPI:
    return make_application(examples, BY)


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    described: dict[str, Any] = asking(app).get("/openapi.json").json()
    return described


@pytest.fixture(scope="module")
def validator(document: dict[str, Any]) -> Callable[[str], Any]:
    """Checks data against one of the schemas."""

    def made(name: str) -> Any:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    return made


# Valid and whole


def test_it_is_a_valid_openapi_document(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    for name, schema in document["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name
    text = json.dumps(document)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"], f"{name} is referred to and not there"
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] for operation in operations)


def test_it_describes_every_address(app: FastAPI, document: dict[str, Any]) -> None:
    # Pages are for people, and the description for programs.
    routes = [*reading.routes, *recording.routes, *packing.routes, *app.routes]
    served = {
        (route.path, method.lower())
        for route in routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if route.include_in_schema
    }
    told = {(path, method) for path, operations in document["paths"].items() for method in operations}
    assert {one for one in served if one[1] != "head" and one[0] != "/openapi.json"} == told == set(addresses())


def addresses() -> Iterator[tuple[str, str]]:
    """Every address of the contract, with the method it takes."""
    questions = ["/plans", *(f"/plans/{{plan}}{path}" for path in paths())]
    for question in questions:
        for form in (one for one in FORMATS.values() if one.addressed):
            yield question + form.suffix, "get"
    yield "/plans/{plan}/events", "post"
    yield "/plans/{plan}/audit", "post"
    yield "/plans/{plan}/pack.zip", "get"
    yield "/key", "get"
    yield "/checkpoint", "get"
    yield "/healthz", "get"
    yield "/readyz", "get"


def test_it_describes_every_event_with_its_fields(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Proposal"]["discriminator"]["mapping"].keys() == EVENTS.keys()
    for name, kind in EVENTS.items():
        properties = schemas[name]["properties"]
        assert set(properties) == {"type", "plan", "event_id", *kind.model_fields}
        assert schemas[name]["description"], "the sentence that goes in the minutes"
        assert schemas[name]["additionalProperties"] is False


@pytest.mark.parametrize("status", ["409", "412", "413", "415", "422", "503"])
def test_it_describes_every_refusal_of_a_record(document: dict[str, Any], status: str) -> None:
    response = document["paths"]["/plans/{plan}/events"]["post"]["responses"][status]
    assert response["content"]["application/problem+json"]["schema"]["$ref"].endswith("/ProblemDocument")


# Exact


def proposed(lines: bytes) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, lines.splitlines())


def test_every_example_and_every_golden_is_an_event_by_the_description(validator: Callable[[str], Any]) -> None:
    whole = validator("Proposal")
    for file in sorted(EXAMPLES.glob("*.jsonl")):
        for event in proposed(file.read_bytes()):
            whole.validate(event)
    for file in sorted((ROOT / "tests" / "goldens").glob("*.jsonl")):
        kind = validator(file.stem)
        for event in proposed(file.read_bytes()):
            kind.validate({"type": file.stem, **event})


@pytest.mark.parametrize(
    "event",
    [
        {"type": "PlanClosed", "version": 3},
        {"type": "PlanClosed", "effective_on": "2019-02-30"},
        {"type": "PlanClosed", "plan": "Not a plan"},
        {"type": "PlanClosed", "event_id": "1"},
        {"type": "ActionReworded", "action": "2.4"},
        {"type": "ActionReworded", "action": "2.4", "text": None},
        {"type": "PriorityReworded", "number": "2"},
        {"type": "ActionAdded", "number": "2.4", "text": "x", "priority": None},
        {"type": "ActionReassigned", "action": "2.4", "leads": []},
        {"type": "ReportPresented", "forum": "Board", "current": "soon"},
        {"type": "EventWithdrawn", "version": 0},
        {"type": "ActionRated", "action": "2.4", "rating": "Not a code"},
        {"type": "ProgressReported", "action": "2.4", "text": " \n "},
        {"type": "ProgressReported", "action": "2.4", "text": "a\x9bb"},
        {"type": "ScaleAdopted", "scale": {"name": "s", "ratings": [{"code": "total", "label": "T"}]}},
        {"type": "ScaleAdopted", "scale": {"name": "s", "ratings": [{"code": "a", "label": "A"}] * 2}},
    ],
)  # fmt: skip
def test_what_is_no_event_is_none_by_the_description(validator: Callable[[str], Any], event: dict[str, Any]) -> None:
    assert not validator("Proposal").is_valid(event)
    with pytest.raises(ValueError, match=r"\w"):
        read_it(event)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "PlanClosed", "effective_on": None, "reason": None, "source": None, "event_id": None, "plan": None},
        {"type": "PriorityReworded", "number": "2", "answers": []},
        {"type": "ReportPresented", "forum": "Board", "previous": None, "current": "told:A @ B@2020-02-29"},
    ],
)
def test_null_says_no_more_than_leaving_a_field_out(validator: Callable[[str], Any], event: dict[str, Any]) -> None:
    validator("Proposal").validate(event)
    assert read_it(event).plan == "plan"


def read_it(event: dict[str, Any]) -> Proposal:
    return read_proposal_json(json.dumps(event), date(2026, 1, 1), "plan")


POINTS = [
    "now", "2019-05-31", "2020-02-29", "2019-05-31@212", "2019-05-31@2019-06-04T09:00:00Z", "0001-01-01", "9999-12-31",
    "2019-05-31@2019-06-04T09:00:00.123456+01:00", "2019-05-31@2019-06-04", "issue:3.0", "issue: a b ", "issue:@",
    "told:Scrutiny Committee@2019-07-04", "told:A@B@2019-07-04", "told:Bwrdd Gofal – Môn@2019-07-04",
]  # fmt: skip
NO_POINTS = [
    "", "now ", "2019-02-29", "2019-06-31", "0000-01-01", "1900-02-29", "2019-05-31@0", "2019-05-31@", "issue:",
    "issue:  ", "told:@2019-07-04", "told: @2019-07-04", "told:X@2019-02-29", "told:X",
    "2019-05-31@2019-06-04T09:00:00", "2019-05-31@2019-06-04T25:00:00Z", "2019-05-31@2019-06-31",
]  # fmt: skip


def test_a_point_is_written_as_described(document: dict[str, Any]) -> None:
    described = jsonschema_rs.Draft202012Validator({"type": "string", "pattern": patterns.POINT})
    for point in POINTS:
        assert read_point(point).text == point
        assert described.is_valid(point), point
    for text in NO_POINTS:
        with pytest.raises(PointUnreadable):
            read_point(text)
        assert not described.is_valid(text), text


def test_an_instant_is_written_as_described() -> None:
    described = jsonschema_rs.Draft202012Validator({"type": "string", "pattern": patterns.INSTANT})
    for instant in ("2019-06-04T09:00:00Z", "2019-06-04T09:00:00.5+01:00", "2019-06-04"):
        assert read_instant(instant).utcoffset() == timedelta(0)
        assert described.is_valid(instant)
    for text in ("2019-06-04T09:00:00", "2019-06-31", "", "now"):
        with pytest.raises(PointUnreadable):
            read_instant(text)
        assert not described.is_valid(text)


# What strangers make of it


@pytest.fixture(scope="module")
def served(server_folder: Path) -> Iterator[str]:
    """The address of the examples, in a ledger that may be recorded in, on loopback."""
    with Ledger.open(data=server_folder, schema="strangers") as ledger, listen("127.0.0.1", 0) as listening:
        load_examples(ledger)
        server = uvicorn.Server(uvicorn.Config(make_application(ledger, BY), log_level="error"))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
        assert list(broken_invariants(ledger)) == [], "whatever was sent, the ledger is in order"


# The fields of an event may each be as described and yet not go together, which is 422 too (days out of order, another
# plan than the address names), and so may the two points of a comparison. JSON Schema cannot say so.
STRANGERS = """
[[operations]]
include-name = "POST /plans/{plan}/events"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "5xx"]

[[operations]]
include-path-regex = "/plans/[{]plan[}]/(comparison|audit|counted|paper)"
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "422", "5xx"]
"""


#: The addresses of the forms that are made of what JSON holds.
PAPERS = r"\.(csv|md|html|docx|xlsx|pdf)$"


@pytest.mark.long
@pytest.mark.parametrize(
    "options",
    [
        ["--exclude-path-regex", PAPERS, "--max-examples", "12"],
        ["--include-path-regex", PAPERS, "--max-examples", "2", "--phases", "examples,fuzzing"],
    ],
    ids=["every question", "every form"],
)
def test_no_request_made_from_it_is_answered_otherwise_than_it_says(
    served: str, options: list[str], tmp_path: Path
) -> None:
    (tmp_path / "schemathesis.toml").write_text(STRANGERS, encoding="utf-8")
    command = [str(ROOT / ".venv/bin/schemathesis"), "run", f"{served}/openapi.json", *options, "--seed", str(SEED),
               "--request-timeout", str(HANGS)]  # fmt: skip
    quiet = {"NO_COLOR": "1", "PATH": os.environ["PATH"], "COLUMNS": "120"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=quiet, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
