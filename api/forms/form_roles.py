"""The role needed to open or send a form: that of the event it proposes."""

from fastapi import Request

from api.forms.event_forms import FORMS
from api.http.access.address_roles import Needs
from api.http.access.callers import caller_of
from domain.access.principals import NotAllowed


class NeedsOfForm(Needs):
    """As for any recording route; but a caller who may record nothing is told the role that this form needs."""

    async def __call__(self, request: Request) -> None:
        """Raises if the caller may not record anything; see `Needs`."""
        try:
            await super().__call__(request)
        except NotAllowed:
            form = FORMS.get(request.path_params.get("what", ""))
            if form is not None:
                caller_of(request).require_to_record(form.event, request.path_params["plan"])
            raise
