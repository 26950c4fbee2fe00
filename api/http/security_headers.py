"""The security headers of every answer, and its cacheability."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The policy of all answers but pages: run nothing, load nothing, and stand in no frame.
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
#: Browsers show these in their own viewers, which such a policy would break.
_FILES = ("application/pdf", "application/vnd.", "application/zip", "text/csv", "text/markdown")
#: Two years, in seconds.
_HTTPS = "max-age=63072000"


class SecurityHeaders:
    """Adds security headers that an answer does not set itself."""

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
                # What a browser keeps of an answer that it holds is its own policy.
                if message["status"] != 304 and not headers.get("content-type", "application/json").startswith(_FILES):
                    headers.setdefault("Content-Security-Policy", _NOTHING)
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
                if self._https:
                    headers.setdefault("Strict-Transport-Security", _HTTPS)
                _private(scope, headers)
            await send(message)

        await self._app(scope, receive, send_guarded)


def _private(scope: Scope, headers: MutableHeaders) -> None:
    """Keep an answer to a known caller out of shared caches."""
    caller = scope.get("state", {}).get("caller")
    if caller is None or caller.way == "open":
        return
    cached = headers.get("cache-control", "")
    if "no-store" not in cached and "private" not in cached:
        headers["Cache-Control"] = "private, no-cache"
    headers.add_vary_header("Cookie")
    headers.add_vary_header("Authorization")
