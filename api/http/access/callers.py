"""Who asks: found once for a request, from its token, its session or, on an open ledger, from whoever serves it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fastapi import FastAPI, Request

from api import clock
from api.http.bodies import read_author
from api.http.request_refusals import AuthorSaid, OpenToOthers, PlanHidden, SignInNeeded
from api.roles import EVENT_ROLES, may_record, must_record
from domain.access.principals import Principal
from domain.access.roles import Role
from domain.ledger.access import TOKEN_PREFIX, NotSignedIn, Session
from domain.ledger.ledger import Ledger

#: Most that is repeated of a plan's name as it was asked for; none is longer.
_LONGEST = 63
#: What says by which scheme a program signs in (RFC 6750).
CHALLENGE = 'Bearer realm="AsAt"'
#: How the headers begin by which proxies say for whom they ask.
_PASSED_ON = ("forwarded", "x-forwarded-", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and how they showed it.

    Attributes:
        principal: who asks.
        way: by what they are known; on an open ledger everybody is whoever serves it.
        session: of somebody who signed in with a browser.
    """

    principal: Principal
    way: Literal["open", "anyone", "token", "session"]
    session: Session | None = None

    @property
    def is_known(self) -> bool:
        """Whether they showed who they are."""
        return self.way in ("token", "session")

    def may(self, role: Role, plan: str | None) -> bool:
        """Whether they may do what this role may, now; without a plan it is about all plans."""
        return self.principal.may(role, plan, clock.now())

    def may_read(self, plan: str) -> bool:
        """Whether they may read the plan."""
        return self.may("reader", plan)

    def require(self, role: Role, plan: str | None) -> None:
        """Raises where they may not do what this role may.

        Raises:
            SignInNeeded: they have not shown who they are.
            PlanHidden: they may not even read the plan.
            NotAllowed: they may read it, but not do this.
        """
        if self.may(role, plan):
            return
        if self.way == "anyone":
            raise SignInNeeded("sign in to do this: a browser does at /sign-in, a program sends a token")
        if plan is not None and not self.may_read(plan):
            raise PlanHidden(f"there is no plan {plan[:_LONGEST]!r}")
        raise self.principal.lacks(role, plan)

    def may_record(self, kind: str, plan: str) -> bool:
        """Whether they may record an event of this name of a plan."""
        return may_record(self.principal, kind, plan, clock.now())

    def require_to_record(self, kind: str, plan: str) -> None:
        """Raises where they may not, as `require` does."""
        self.require(EVENT_ROLES[kind], plan)
        must_record(self.principal, kind, plan, clock.now())


def cookie_name(app: FastAPI) -> str:
    """The cookie that holds a session. Over https its prefix has the browser keep it to this host and to https."""
    return "__Host-asat" if app.state.https else "asat"


def caller_of(request: Request) -> Caller:
    """Who asks; read from the ledger the first time it is asked for in a request, so that a revocation counts at once.

    Raises:
        SignInNeeded: what they showed does not count.
        OpenToOthers: the ledger is open, and the request comes from elsewhere.
    """
    found: Caller | None = getattr(request.state, "caller", None)
    if found is None:
        found = _find(request, clock.now())
        request.state.caller, request.state.principal = found, found.principal
    return found


def known_caller(request: Request) -> Caller | None:
    """Who asks, where that was found already."""
    found: Caller | None = getattr(request.state, "caller", None)
    return found


def recorded_by(request: Request, header: str | None = None) -> str:
    """Whose name stands beside what this request records.

    Args:
        request: the request.
        header: what it says by X-Recorded-By, which counts on an open ledger only.

    Raises:
        AuthorSaid: the header stands there although it is known who asks.
    """
    caller = caller_of(request)
    if caller.way == "open":
        return read_author(header, caller.principal.name)
    if header is not None:
        raise AuthorSaid("who records is who signed in: leave the header X-Recorded-By out; nothing was recorded")
    return caller.principal.name


def _find(request: Request, now: datetime) -> Caller:
    ledger: Ledger = request.app.state.ledger
    if (header := request.headers.get("authorization")) is not None:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip().startswith(TOKEN_PREFIX):
            raise SignInNeeded(f"send a token as `Authorization: Bearer {TOKEN_PREFIX}…`", wrong=True)
        try:
            return Caller(ledger.access.by_token(secret.strip(), now), "token")
        except NotSignedIn as error:
            raise SignInNeeded(str(error), wrong=True) from None
    secret = request.cookies.get(cookie_name(request.app), "")
    if secret and (session := ledger.access.session(secret, now)) is not None:
        return Caller(session.principal, "session", session)
    if ledger.access.is_open():
        _from_here(request)
        return Caller(Principal(request.app.state.by, (), open=True), "open")
    if secret:
        raise SignInNeeded("your sign-in has ended; sign in again", wrong=True)
    return Caller(ledger.access.anyone(), "anyone")


def _from_here(request: Request) -> None:
    """Raises OpenToOthers where a request says that a proxy has passed it on."""
    passed_on = [name for name in request.headers if name.startswith(_PASSED_ON)]
    if passed_on:
        raise OpenToOthers(
            f"a proxy has passed this on (it bears {passed_on[0][:40]}), and this ledger is open: whoever reaches the "
            "proxy could do everything. Make somebody known first (`asat principal add NAME --role steward`), and "
            "serve it with --url"
        )
