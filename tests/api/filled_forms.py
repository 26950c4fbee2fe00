"""The controls of the tests of forms: open one as a browser does, fill it in, and send it."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from lxml import html
from starlette.testclient import TestClient

PAGE = {"Accept": "text/html"}
BROWSER = {**PAGE, "Origin": "http://127.0.0.1:8000"}


@dataclass(frozen=True)
class Sheet:
    """A form as it is on a page: where it is sent, and what it holds."""

    client: TestClient
    address: str
    holds: dict[str, str]

    def send(self, do: str = "record", **typed: str) -> Any:
        """Send it with this typed into it, by one of its buttons; the answer, not followed."""
        return self.client.post(
            self.address, data={**self.holds, **typed, "do": do}, headers=BROWSER, follow_redirects=False
        )

    def filled(self, **typed: str) -> "Sheet":
        return replace(self, holds={**self.holds, **typed})


def tree(response: Any) -> Any:
    """The page, parsed; whatever its status it must be a whole page with one heading of the first order."""
    assert response.headers["content-type"] == "text/html; charset=utf-8", response.text
    page = html.document_fromstring(response.text)
    assert len(page.xpath("//h1")) == 1
    return page


def words(element: Any) -> str:
    """What is read of an element, on one line."""
    return " ".join(element.text_content().split())


def sheet_on(client: TestClient, response: Any) -> Sheet:
    """The form on a page, with what a browser would send of it."""
    [form] = tree(response).xpath("//main//form[@method='post']")
    holds: dict[str, str] = {}
    for control in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
        if control.tag == "textarea":
            # A browser drops the line break that follows the tag, which the parser here keeps.
            holds[control.get("name")] = (control.text or "").removeprefix("\n")
        elif control.tag == "select":
            [chosen] = control.xpath("./option[@selected]") or control.xpath("./option[1]")
            holds[control.get("name")] = chosen.get("value")
        elif control.get("type") not in ("radio", "checkbox") or control.get("checked") is not None:
            holds[control.get("name")] = control.get("value")
    return Sheet(client, form.get("action"), holds)


def opened(client: TestClient, address: str) -> Sheet:
    """A form, opened."""
    response = client.get(address, headers=PAGE)
    assert response.status_code == 200, response.text
    return sheet_on(client, response)


def followed(client: TestClient, response: Any) -> Any:
    """The page that one is sent on to once something was recorded."""
    assert response.status_code == 303, f"{response.status_code}: {errors(response)}"
    return client.get(response.headers["location"], headers=PAGE)


def version_of(response: Any) -> int:
    """The version as which something was recorded."""
    assert response.status_code == 303, f"{response.status_code}: {errors(response)}"
    return int(urlsplit(response.headers["location"]).path.rpartition("/")[2])


def errors(response: Any) -> dict[str, str]:
    """What is said to be wrong, by field; "" for what is of no field. The summary and the fields must agree."""
    page = tree(response)
    found: dict[str, str] = {}
    for item in page.xpath("//div[@role='alert']//li"):
        links = item.xpath("./a")
        if not links:
            found[""] = words(item)
            continue
        name = links[0].get("href").removeprefix("#")
        [_] = page.xpath("//*[@id=$name]", name=name)
        [beside] = page.xpath("//*[@id=$name]", name=f"{name}-error")
        found[name] = words(beside).removeprefix("Error: ")
        assert words(links[0]).endswith(found[name])
    return found


def events(client: TestClient, plan: str) -> list[dict[str, Any]]:
    """Everything recorded of a plan."""
    found: list[dict[str, Any]] = client.get(f"{plan}/trail.json?limit=1000").json()["events"]
    return found
