"""Reading pages in tests, as a browser would: parsed, by what they say and where their links lead."""

from typing import Any
from urllib.parse import urljoin

from lxml import html
from starlette.testclient import TestClient

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


class Page:
    """A page that was asked for."""

    def __init__(self, client: TestClient, address: str, status: int = 200, **options: Any) -> None:
        self._client, self.address = client, address
        self.response = client.get(address, headers={**BROWSER, **options.pop("headers", {})}, **options)
        assert self.response.status_code == status, self.response.text
        assert self.response.headers["content-type"] == "text/html; charset=utf-8", self.response.text
        self.tree = html.fromstring(self.response.text)

    @property
    def words(self) -> str:
        """What its main part says, on one line."""
        return said(self.tree.get_element_by_id("main"))

    @property
    def title(self) -> str:
        """What its heading says."""
        [heading] = self.tree.xpath("//h1")
        return said(heading)

    def links(self) -> dict[str, str]:
        """Where its links lead, by their words; the first of those that say the same."""
        found: dict[str, str] = {}
        for link in self.tree.xpath("//a[@href]"):
            found.setdefault(said(link), urljoin(self.address, link.get("href")))
        return found

    def follow(self, words: str) -> "Page":
        """The page that a link leads to."""
        return Page(self._client, self.links()[words])

    def rows(self, caption: str) -> list[list[str]]:
        """The cells of a table, row by row, without its headings; found by its caption, or by how that begins."""
        captions = {said(table.find("caption")): table for table in self.tree.xpath("//table")}
        table = captions.get(caption)
        if table is None:
            [table] = [one for words, one in captions.items() if words.startswith(caption)]
        return [[said(cell) for cell in row.xpath("./th|./td")] for row in table.xpath("./tbody/tr")]


def said(element: Any) -> str:
    """The text of an element on one line."""
    return " ".join(element.text_content().split())
