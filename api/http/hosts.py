"""Checks the Host and Origin headers, against DNS rebinding and cross-site request forgery.

On an open ledger anybody who reaches the loopback address may record. Web pages of other origins must not: their host
name may resolve to this machine, or they may have the browser send a request. With a public address, ours is https.
"""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problem_documents import problem_of
from api.http.request_refusals import ForeignHost, ForeignOrigin

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_ELSEWHERE = ("cross-site", "same-site")


class OwnHosts:
    """Refuses requests for other hosts, and those other than GET or HEAD that a page of another origin sends."""

    def __init__(self, app: ASGIApp, host: str, https: bool = False) -> None:
        self._app, self._schemes = app, ("https",) if https else ("http", "https")
        self.names = sorted({f"[{name}]" if ":" in name else name.lower() for name in (*LOOPBACK, host)})
        self._own = re.compile(rf"({'|'.join(map(re.escape, self.names))})(:[0-9]{{1,5}})?")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http":
            app = self._refusal(scope) or app
        await app(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = [(name, value.decode("latin-1").lower()) for name, value in scope["headers"]]
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or not self._own.fullmatch(hosts[0]):
            asked = ", ".join(hosts)[:100] or "no host"
            sentence = (
                f"this answers to {', '.join(self.names)}, not to {asked}; a proxy before it must send its own name"
            )
            return problem_of(ForeignHost(sentence))
        origins = [value for name, value in headers if name == b"origin"]
        own = {f"{scheme}://{hosts[0]}" for scheme in self._schemes}
        # Browsers send Sec-Fetch-Site: a page of another site, or of another host of the same site, sent the request.
        foreign = any(name == b"sec-fetch-site" and value in _ELSEWHERE for name, value in headers)
        if scope["method"] not in ("GET", "HEAD") and (foreign or not own.issuperset(origins)):
            page = origins[0][:100] if origins else "another site"
            return problem_of(ForeignOrigin(f"a page of {page} may not record here; nothing was recorded"))
        return None
