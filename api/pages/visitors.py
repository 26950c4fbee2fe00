"""The reader of a page: name, permissions there, and form token."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from markupsafe import Markup

from api.forms.event_forms import FORMS
from api.http.access.address_roles import RECORDING
from api.http.access.browser_sessions import FIELD
from api.http.access.callers import Caller, known_caller


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

    def may_send(self, form: str, plan: str) -> bool:
        """Whether the reader may record in a plan the event that a form proposes."""
        return self.caller is not None and self.caller.may_record(FORMS[form].event, plan)


def visitor(request: Request) -> Visitor:
    """The reader of the page that answers a request."""
    asked = request.url.query
    return Visitor(known_caller(request), request.url.path + (f"?{asked}" if asked else ""))
