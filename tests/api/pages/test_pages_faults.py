"""A fault of our own, asked for with a browser: a page that says so, and the fault in the log."""

import pytest
from starlette.testclient import TestClient

from domain.opened_ledger import Ledger
from tests.api.conftest import asking
from tests.api.page_reader import Page


def test_a_fault_is_told_in_a_page_without_what_caused_it(
    ledger: Ledger, client: TestClient, plan: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(ledger, "states", fails)
    page = Page(asking(client.app, raise_server_exceptions=False), "/plans", 500)
    assert page.title == "Something went wrong here"
    assert "nothing was recorded by it" in page.words
    assert "secret" not in page.response.text
    assert "secret" in caplog.text, "but it is logged"
