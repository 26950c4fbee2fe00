"""Response times of every kind of page of a plan, and of the papers, from the application itself."""

from time import perf_counter

from starlette.testclient import TestClient

from api.application import make_application
from api.cli.serve_commands import EXAMPLES
from bench.event_history import TODAY
from domain.envelopes import read_proposal_json
from domain.opened_ledger import Ledger

#: Name of the page in the report -> its address below the plan.
PAGES = {
    "plan as at": "?at=2020-01-01@5000",
    "previous against current": "/comparison?previous=2018-01-01",
    "actions behind a number": "/counted",
    "what changed, first page": "/changes?previous=2018-01-01",
    "document history": "/history",
    "trail": "/trail",
    "recorded late": "/trail?late_by=30",
    "an action and its life": "/actions/1.1?at=2020-01-01@5000",
    "an event": "/events/5000",
    "replay": "/replay?step=5000",
    "overdue": "/overdue",
    "out-of-date texts": "/stale",
    "measures": "/measures",
    "choose a point": "/point",
    "form to rate an action": "/record/rate?action=1.1",
}
PAPERS = {"committee paper, Word": "docx", "committee paper, PDF": "pdf", "committee paper, Excel": "xlsx"}
_BROWSER = {"Accept": "text/html", "Accept-Encoding": "identity"}
_TIMES = 15


def measure(ledger: Ledger, plan: str) -> dict[str, float]:
    """Median seconds of each page and paper (`page NAME`, `paper NAME`), and kilobytes of each page (`size NAME`)."""
    client = TestClient(make_application(ledger, "bench"), base_url="http://127.0.0.1:8000")
    found: dict[str, float] = {}
    for name, path in PAGES.items():
        seconds, size = _median(client, f"/plans/{plan}{path}")
        found |= {f"page {name}": seconds, f"size {name}": size / 1000}
    _sunderland(ledger)
    for name, form in PAPERS.items():
        found[f"paper {name}"], _ = _median(
            client, f"/plans/sunderland/paper.{form}?previous=issue:2.0&current=issue:3.0"
        )
    return found


def _median(client: TestClient, address: str) -> tuple[float, int]:
    times, size = [], 0
    for _ in range(_TIMES):
        start = perf_counter()
        answer = client.get(address, headers=_BROWSER)
        times.append(perf_counter() - start)
        assert answer.status_code == 200, answer.text
        size = len(answer.content)
    return sorted(times)[_TIMES // 2], size


def _sunderland(ledger: Ledger) -> None:
    lines = (EXAMPLES / "sunderland.jsonl").read_bytes().splitlines()
    ledger.record([read_proposal_json(line, TODAY) for line in lines], by="bench", today=TODAY)
