"""What a page knows of who reads it: their name, what they may do from there, and what their forms carry."""

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
    """Who reads a page.

    Attributes:
        caller: who asks; None on pages that are for nobody in particular.
        place: the page, to come back to once they have signed in.
    """

    caller: Caller | None
    place: str

    @property
    def name(self) -> str | None:
        """Their name, where they signed in."""
        return self.caller.principal.name if self.caller and self.caller.way == "session" else None

    @property
    def sign_in(self) -> str | None:
        """Where they can sign in, where they have not; nothing on an open ledger, where nobody does."""
        if self.caller is None or self.caller.way != "anyone":
            return None
        return f"/sign-in?next={quote(self.place, safe='/')}"

    @property
    def token(self) -> Markup:
        """The unseen field that every form carries of those who signed in."""
        if self.caller is None or self.caller.session is None:
            return Markup("")
        return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, self.caller.session.csrf)

    @property
    def is_steward(self) -> bool:
        """Whether they decide who may do what."""
        return self.caller is not None and self.caller.is_known and self.caller.may("steward", None)

    def records(self, plan: str) -> bool:
        """Whether they may record anything of a plan."""
        return self.caller is not None and any(self.caller.may(role, plan) for role in RECORDING)

    def may_send(self, form: str, plan: str) -> bool:
        """Whether they may record of a plan what a form proposes."""
        return self.caller is not None and self.caller.may_record(FORMS[form].event, plan)


def visitor(request: Request) -> Visitor:
    """Who reads the page that answers a request."""
    asked = request.url.query
    return Visitor(known_caller(request), request.url.path + (f"?{asked}" if asked else ""))
