"""Characters that an earlier release took, marks of direction and separators: shown, packed, checked, and harmless."""

import io
import json
import re
from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest
from starlette.testclient import TestClient

from api.formats import addressed
from api.packing import make_pack, papers_named
from api.questions.asker import Asker
from api.signing import new_signer
from domain.envelopes import Proposal
from domain.events import EVENTS
from domain.opened_ledger import Ledger
from domain.proofs import verify as verifier
from tests.api.conftest import BY, OPENING, rated
from tests.api.pdf_reader import page_texts
from tests.api.signed_in import PAGE
from tests.asked import paths

TURNED = "approved \u202edevorppa ton\u2067 \u202a\u2069x\u2028and\u2029so on"
SHOWN = "approved devorppa ton x"
MARKS = re.compile("[\u2028-\u202e\u2066-\u2069]")
ON = {"effective_on": "2019-03-01"}
SCALE = {"name": TURNED, "ratings": [{"code": "red", "label": TURNED, "meaning": TURNED}]}
#: What 0.1.0 stored: unpaired marks, and separators, wherever people write.
STORED: list[dict[str, Any]] = [
    {"type": "PlanOpened", "effective_on": "2019-01-07", "title": TURNED, "organisation": TURNED,
     "priority_word": TURNED, "scale": SCALE},
    {**OPENING[1], "title": TURNED},
    {**OPENING[2], "text": TURNED, "outcome": TURNED, "leads": [TURNED], "reports_to": TURNED, "timescale": TURNED},
    {"type": "RecommendationMade", "number": "1", "text": TURNED, "made_by": TURNED, **ON},
    {"type": "InspectionReported", "body": TURNED, "framework": TURNED,
     "judgements": [{"area": TURNED, "grade": TURNED}], **ON},
    {**rated("red", "2019-03-01"), "evidence": [TURNED], "reason": TURNED, "source": {"title": TURNED}},
    {"type": "ProgressReported", "action": "2.4", "text": f"{TURNED}\n{TURNED}", **ON},
    {"type": "EvidenceAdded", "action": "2.4", "title": TURNED, "location": TURNED, **ON},
    {"type": "ActionRescheduled", "action": "2.4", "timescale": TURNED, "approved_by": TURNED, "reason": TURNED, **ON},
    {"type": "AssuranceGiven", "priority": "2", "level": TURNED, "report": TURNED, **ON},
    {"type": "MeasureDefined", "measure": "visits", "title": TURNED, "unit": TURNED, "target": TURNED, **ON},
    {"type": "MeasureReported", "measure": "visits", "period": TURNED, "value": TURNED, "standing": TURNED, **ON},
    {"type": "VersionIssued", "label": TURNED, "summary": TURNED, "author": TURNED, **ON},
    {"type": "ReportPresented", "forum": TURNED, "title": TURNED, "current": "now", **ON},
]  # fmt: skip
QUESTIONS = ["plans", *(f"plans/plan{path}" for path in paths(action="2.4", version=3))]


@pytest.fixture
def stored(client: TestClient, ledger: Ledger) -> TestClient:
    """Asks a ledger in which this was stored, past the reading of proposals; it is checked afterwards."""
    said = [(one["type"], {name: value for name, value in one.items() if name != "type"}) for one in STORED]
    events = [EVENTS[kind].model_validate_json(json.dumps(fields)) for kind, fields in said]
    ledger.record([Proposal("plan", event) for event in events], by=BY, today=date(2026, 11, 30))
    return client


def asked(client: TestClient, address: str, **headers: str) -> Any:
    compares = address.rpartition("/")[2].partition(".")[0] in ("comparison", "paper", "changes")
    answer = client.get(f"/{address}" + ("?previous=2019-02-01" if compares else ""), headers=headers)
    assert answer.status_code == 200, (address, answer.text)
    return answer


def words_of(form: str, content: bytes) -> str:
    """Everything that is read in a file, and not only what is seen."""
    if form in ("docx", "xlsx"):
        archive = ZipFile(io.BytesIO(content))
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels")))
    return "".join(page_texts(content)) if form == "pdf" else content.decode()


def test_pages_and_papers_show_the_words_and_no_mark(stored: TestClient) -> None:
    for question in QUESTIONS:
        page = asked(stored, question, **PAGE).text
        visible = re.sub(r'<(option|input)[^>]* value="[^"]*"', "", page)  # what a form sends back, as it is stored
        assert not MARKS.search(visible), question
        for form in addressed():
            if form not in ("json", "csv"):
                assert not MARKS.search(words_of(form, asked(stored, f"{question}.{form}").content)), (question, form)
    assert SHOWN in asked(stored, "plans/plan", **PAGE).text


def test_data_holds_them_as_they_were_recorded(stored: TestClient) -> None:
    assert asked(stored, "plans/plan/actions/2.4.json").json()["action"]["text"] == TURNED
    assert TURNED in asked(stored, "plans/plan/trail.csv").text


def test_what_is_stored_is_packed_and_verified(stored: TestClient, ledger: Ledger) -> None:
    key = new_signer("council.example/asat")
    made = make_pack(
        Asker(ledger, date(2026, 11, 30), lambda _: True), "plan", key, "now", papers=papers_named(["plan.html"])
    )
    assert verifier.verify(made, str(key.verifier)).size == len(STORED)
