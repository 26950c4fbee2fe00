"""Rendering templates: all text is escaped and made safe to show, and a strict policy limits what a page may load."""

import hashlib
from base64 import b64encode
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from api.http.access.address_roles import needs
from api.http.answering import send
from api.pages.tags import Tags
from api.pages.visitors import visitor
from api.papers import wording, wording_lines

_FOLDER = Path(__file__).parent
HTML = "text/html; charset=utf-8"


def _shown(value: Any) -> Any:
    """Text made safe to show: control characters and direction marks cannot disguise it."""
    return wording.safe_lines(value) if type(value) is str else value


def capital(sentence: str) -> str:
    """A sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]


class Said(dict[str, str]):
    """Texts by form field, either values or errors; a missing field gives the empty string."""

    def __missing__(self, name: str) -> str:
        return ""


environment = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
environment.globals["version"] = version("asat")
environment.filters |= {
    "day": wording.day_in_words,
    "day_short": wording.day_in_figures,
    "instant": wording.instant_in_words,
    "instant_short": wording.instant_in_figures,
    "due": wording.due_in_words,
    "due_moved": wording.due_moved,
    "count": wording.count,
    "inspection_lines": wording_lines.inspection_lines,
    "lateness": wording_lines.lateness,
}


def page(
    request: Request, template: str, status: int = 200, headers: dict[str, str] | None = None, **shown: Any
) -> Response:
    """A page made from a template, or 304 if the client has it already; `api.pages.known_pages` works out its tag."""
    shown["me"] = visitor(request)
    body = environment.get_template(template).render(shown).encode()
    tags: Tags | None = shown.get("tags")
    sent = {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": _policy(tags.css if tags else ""),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        **(headers or {}),
    }
    if status != 200:
        return Response(body, status, sent, HTML)
    return send(request, body, HTML, sent, getattr(request.state, "page_tag", None))


@lru_cache(maxsize=256)
def _policy(style: str) -> str:
    """The Content-Security-Policy of a page: only our own files, and the style of its ratings."""
    own = f" 'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" if style else ""
    return (
        f"default-src 'none'; style-src 'self'{own}; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


# Files that pages load. Their addresses contain a digest of the content, so they may be cached for ever.

_MEDIA = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FILES = {file.name: file.read_bytes() for file in sorted((_FOLDER / "static").iterdir()) if file.suffix in _MEDIA}
_NAMED = {
    f"{Path(name).stem}-{hashlib.sha256(body).hexdigest()[:12]}{Path(name).suffix}": name
    for name, body in _FILES.items()
}
_ADDRESSES = {name: f"/static/{named}" for named, name in _NAMED.items()}
environment.globals["static"] = _ADDRESSES.__getitem__

static = APIRouter(dependencies=[Depends(needs("nobody"))])


@static.get("/static/{file}", include_in_schema=False)
def static_file(request: Request, file: str) -> Response:
    """A file that pages load."""
    name = _NAMED.get(file)
    if name is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return send(request, _FILES[name], _MEDIA[Path(name).suffix], headers)
