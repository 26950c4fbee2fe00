"""The caller of a request: the principal of its token or session or, on an open ledger, anybody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fastapi import FastAPI, Request

from api import clock
from api.event_roles import EVENT_ROLES, may_record, must_record
from api.http.bodies import read_author
from api.http.request_refusals import AuthorSaid, OpenToOthers, PlanHidden, SignInNeeded
from domain.access.access_errors import NotSignedIn
from domain.access.access_ledger import AccessLedger
from domain.access.principals import Principal
from domain.access.roles import Role
from domain.access.sessions import PrincipalSession
from domain.access.tokens import TOKEN_PREFIX

#: The challenge to a program without a valid token (RFC 6750).
CHALLENGE = 'Bearer realm="AsAt"'
#: Prefixes of the headers that proxies add.
_PASSED_ON = ("forwarded", "x-forwarded-", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal of a request, with the way it was identified, and its browser session."""

    principal: Principal
    way: Literal["open", "anyone", "token", "session"]
    session: PrincipalSession | None = None

    @property
    def is_known(self) -> bool:
        """Whether it has shown valid credentials."""
        return self.way in ("token", "session")

    def may(self, role: Role, plan: str | None) -> bool:
        """Whether it now has a role for a plan, or for all plans."""
        return self.principal.may(role, plan, clock.now())

    def may_read(self, plan: str) -> bool:
        """Whether it may read a plan."""
        return self.may("reader", plan)

    def require(self, role: Role, plan: str | None) -> None:
        """Require a role for a plan, or for all plans.

        Raises:
            SignInNeeded: the request has no credentials.
            PlanHidden: the caller may not read the plan.
            NotAllowed: it may read the plan, and lacks the role.
        """
        if self.may(role, plan):
            return
        if self.way == "anyone":
            raise SignInNeeded("sign in to do this: a browser does at /sign-in, a program sends a token")
        if plan is not None and not self.may_read(plan):
            raise PlanHidden(plan)
        raise self.principal.lacks(role, plan)

    def may_record(self, kind: str, plan: str) -> bool:
        """Whether it may record an event of this kind of a plan."""
        return may_record(self.principal, kind, plan, clock.now())

    def require_to_record(self, kind: str, plan: str) -> None:
        """As `require`, for an event of this kind."""
        self.require(EVENT_ROLES[kind], plan)
        must_record(self.principal, kind, plan, clock.now())


def cookie_name(app: FastAPI) -> str:
    """The cookie of a session; over https its prefix binds it to this host and to https."""
    return "__Host-asat" if app.state.https else "asat"


def access_of(request: Request) -> AccessLedger:
    """The access ledger of the application."""
    access: AccessLedger = request.app.state.ledger.access
    return access


def caller_of(request: Request) -> Caller:
    """The caller, determined once per request.

    Raises:
        SignInNeeded: the credentials are not valid.
        OpenToOthers: the ledger is open, and a proxy passed the request on.
    """
    found: Caller | None = getattr(request.state, "caller", None)
    if found is None:
        found = _find(request, clock.now())
        request.state.caller, request.state.principal = found, found.principal
    return found


def known_caller(request: Request) -> Caller | None:
    """The caller, if it was determined already."""
    found: Caller | None = getattr(request.state, "caller", None)
    return found


def recorded_by(request: Request, header: str | None = None) -> str:
    """The author of what a request records; the header X-Recorded-By names it on an open ledger only.

    Raises:
        AuthorSaid: the header is sent to a ledger that is not open.
    """
    caller = caller_of(request)
    if caller.way == "open":
        return read_author(header, caller.principal.name)
    if header is not None:
        raise AuthorSaid("who records is who signed in: leave the header X-Recorded-By out; nothing was recorded")
    return caller.principal.name


def _find(request: Request, now: datetime) -> Caller:
    access = access_of(request)
    if (header := request.headers.get("authorization")) is not None:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip().startswith(TOKEN_PREFIX):
            raise SignInNeeded(f"send a token as `Authorization: Bearer {TOKEN_PREFIX}…`", wrong=True)
        try:
            return Caller(access.tokens.principal(secret.strip(), now), "token")
        except NotSignedIn as error:
            raise SignInNeeded(str(error), wrong=True) from None
    secret = request.cookies.get(cookie_name(request.app), "")
    if secret and (session := access.sessions.find(secret, now)) is not None:
        return Caller(session.principal, "session", session)
    if access.principals.is_open():
        _not_through_a_proxy(request)
        return Caller(Principal(request.app.state.by, (), open=True), "open")
    if secret:
        raise SignInNeeded("your sign-in has ended; sign in again", wrong=True)
    return Caller(access.principals.anyone(), "anyone")


def _not_through_a_proxy(request: Request) -> None:
    passed_on = [name for name in request.headers if name.startswith(_PASSED_ON)]
    if passed_on:
        raise OpenToOthers(
            f"a proxy has passed this on (it bears {passed_on[0][:40]}), and this ledger is open: whoever reaches the "
            "proxy could do everything. Make somebody known first (`asat principal add NAME --role steward`), and "
            "serve it with --url"
        )
