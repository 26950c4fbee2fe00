"""The reader of a page: name, permissions there, and form token."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from markupsafe import Markup

from api.http.access.address_roles import RECORDING
from api.http.access.browser_sessions import FIELD
from api.http.access.callers import Caller, caller_of, known_caller
from api.questions.asker import Asker
from domain.events import PlanOpened
from domain.names import name_key
from projections.action import ActionDocument


@dataclass(frozen=True, slots=True)
class Visitor:
    """The reader of a page.

    Attributes:
        caller: the caller of the request; None on pages that need none.
        place: the page, to return to after signing in.
    """

    caller: Caller | None
    place: str

    @property
    def name(self) -> str | None:
        """The reader's name, if signed in."""
        return self.caller.principal.name if self.caller and self.caller.way == "session" else None

    @property
    def sign_in(self) -> str | None:
        """The address to sign in, if the reader is not; None on an open ledger, which has no sign-in."""
        if self.caller is None or self.caller.way != "anyone":
            return None
        return f"/sign-in?next={quote(self.place, safe='/')}"

    @property
    def token(self) -> Markup:
        """The hidden form field with the token of the session."""
        if self.caller is None or self.caller.session is None:
            return Markup("")
        return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, self.caller.session.csrf)

    @property
    def is_steward(self) -> bool:
        """Whether the reader is a steward."""
        return self.caller is not None and self.caller.is_known and self.caller.may("steward", None)

    def records(self, plan: str) -> bool:
        """Whether the reader may record anything in a plan."""
        return self.caller is not None and any(self.caller.may(role, plan) for role in RECORDING)

    def may_record(self, event: str, plan: str) -> bool:
        """Whether the reader may record events of this name in a plan."""
        return self.caller is not None and self.caller.may_record(event, plan)


def visitor(request: Request) -> Visitor:
    """The reader of the page that answers a request."""
    asked = request.url.query
    return Visitor(known_caller(request), request.url.path + (f"?{asked}" if asked else ""))


def may_open_some(request: Request, ask: Asker) -> bool:
    """Whether the caller may open some plan that does not exist yet."""
    caller = caller_of(request)
    if caller.may("keeper", None):
        return True
    named = {grant.plan for grant in caller.principal.grants if grant.plan}
    return any(caller.may_record(PlanOpened.__name__, plan) for plan in named.difference(ask.ledger.plans()))


def may_confirm(action: ActionDocument, by: str) -> bool:
    """Whether a rating of an action awaits confirmation, and this name is not that of its author."""
    return "awaiting" in action and name_key(action["awaiting"]["rated_by"]) != name_key(by)
