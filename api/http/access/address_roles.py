"""The role that an address needs: every route declares one."""

from collections.abc import Iterable, Iterator
from typing import Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api import clock
from api.event_roles import EVENT_ROLES
from api.http.access.browser_sessions import carries_its_token, is_of_a_page_here
from api.http.access.callers import Caller, caller_of
from api.http.access.rate_limits import write_no_faster
from api.http.request_refusals import Forged, SignInNeeded
from domain.access.roles import ROLES, Role
from domain.envelopes import Proposal

#: A role; `recording`: the role of each event that is recorded; `nobody`: none.
Needed = Role | Literal["recording", "nobody"]

_SAFE = ("GET", "HEAD")
#: The roles that can record something, the least first.
RECORDING: tuple[Role, ...] = tuple(sorted(set(EVENT_ROLES.values()), key=list(ROLES).index))


class Undeclared(Exception):
    """A route declares no role; the application does not start."""


class Needs:
    """A dependency of a route: the caller must have a role.

    With `shows_again`, a form that was opened before its sender signed in again (`is_of_before`) is shown again as it
    was filled in; it records nothing.
    """

    def __init__(self, needed: Needed, *, shows_again: bool = False) -> None:
        self.needed, self.shows_again = needed, shows_again

    async def __call__(self, request: Request) -> None:
        if self.needed == "nobody":
            return
        caller = await run_in_threadpool(caller_of, request)
        if caller.way == "open":
            return
        if request.method not in _SAFE:
            try:
                await carries_its_token(request, caller)
            except Forged:
                if not (self.shows_again and is_of_a_page_here(request)):
                    raise
                request.state.is_of_before = True
            write_no_faster(request, caller)
        self.require(caller, request.path_params.get("plan"))

    def require(self, caller: Caller, plan: str | None) -> None:
        """As `Caller.require`; without a plan, reading needs a role for any plan."""
        if self.needed == "reader" and plan is None:
            if not caller.is_known and not caller.principal.may_read_some(clock.now()):
                raise SignInNeeded("sign in to see the plans: a browser does at /sign-in, a program sends a token")
        elif self.needed == "recording":
            caller.require("reader", plan)
            if not any(caller.may(role, plan) for role in RECORDING):
                if not caller.is_known:
                    caller.require(RECORDING[0], plan)
                raise caller.principal.lacks(RECORDING[0], plan)
        elif self.needed != "nobody":
            caller.require(self.needed, plan)


def may_record(caller: Caller, proposals: Iterable[Proposal]) -> None:
    """Raises if the caller may not record one of these events; see `Caller.require`."""
    for proposal in proposals:
        caller.require_to_record(type(proposal.event).__name__, proposal.plan)


def is_of_before(request: Request) -> bool:
    """Whether a form was opened before its sender signed in again; then it must record nothing."""
    return getattr(request.state, "is_of_before", False)


def needs(needed: Needed, *, shows_again: bool = False) -> Needs:
    """The declaration of a route: `dependencies=[Depends(needs("reader"))]`; see `Needs`."""
    return Needs(needed, shows_again=shows_again)


def routes_of(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """All routes, with those of nested routers."""
    for route in routes:
        within = getattr(route, "original_router", None)
        if isinstance(within, APIRouter):
            yield from routes_of(within.routes)
        else:
            yield route


def declared(route: APIRoute) -> Needed:
    """The role of a route; raises Undeclared unless it is the first dependency, and the only one of its kind."""
    calls: list[object] = [one.call for one in route.dependant.dependencies]
    found = [call for call in calls if isinstance(call, Needs)]
    if len(found) != 1 or calls[0] is not found[0]:
        raise Undeclared(f"{route.path} must declare the role it needs, once and first: Depends(needs(...))")
    return found[0].needed


def every_route_declares(app: FastAPI) -> None:
    """Raises Undeclared if a route declares no role; only the OpenAPI description need not."""
    for route in routes_of(app.routes):
        if isinstance(route, APIRoute):
            declared(route)
        elif getattr(route, "path", None) != app.openapi_url:
            raise Undeclared(f"{getattr(route, 'path', route)} is no route that can declare the role it needs")
