"""The headers that every answer bears: what no browser may make of it, and who may keep it."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What is no page runs nothing, loads nothing and stands in no other page.
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
#: What browsers show, if at all, in viewers of their own, which a policy would blind.
_FILES = ("application/pdf", "application/vnd.", "application/zip", "text/csv", "text/markdown")
#: How long a browser keeps to https once it came that way: two years, in seconds.
_HTTPS = "max-age=63072000"


class SecurityHeaders:
    """Adds to every answer the headers that it does not bear yet."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app, self._https = app, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                if not headers.get("content-type", "application/json").startswith(_FILES):
                    headers.setdefault("Content-Security-Policy", _NOTHING)
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
                if self._https:
                    headers.setdefault("Strict-Transport-Security", _HTTPS)
                _kept_by_nobody_else(scope, headers)
            await send(message)

        await self._app(scope, receive, send_guarded)


def _kept_by_nobody_else(scope: Scope, headers: MutableHeaders) -> None:
    """What was answered to somebody in particular is theirs alone, and only for as long as they are signed in."""
    caller = scope.get("state", {}).get("caller")
    if caller is None or caller.way == "open":
        return
    kept = headers.get("cache-control", "")
    if "no-store" not in kept and "private" not in kept:
        headers["Cache-Control"] = "private, no-cache"
    # Another cookie or token is another request: signed out, a browser asks again for what it still holds.
    headers.add_vary_header("Cookie")
    headers.add_vary_header("Authorization")
