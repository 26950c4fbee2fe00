"""What forms need of whoever opens or sends them: the role of the event that each proposes."""

from fastapi import Request

from api.forms.event_forms import FORMS
from api.http.access.address_roles import Needs
from api.http.access.callers import caller_of
from api.questions.asker import Asker
from domain.access.principals import NotAllowed
from domain.events import PlanOpened


class NeedsOfForm(Needs):
    """As every route that records, but whoever may record nothing is told which role this very form takes."""

    async def __call__(self, request: Request) -> None:
        """Raises where whoever asks may not record anything; see `Needs`."""
        try:
            await super().__call__(request)
        except NotAllowed:
            form = FORMS.get(request.path_params.get("what", ""))
            if form is not None:
                caller_of(request).require_to_record(form.event, request.path_params["plan"])
            raise


def may_open_some(request: Request, ask: Asker) -> bool:
    """Whether whoever asks may open any plan that is not open yet."""
    caller = caller_of(request)
    if caller.may("keeper", None):
        return True
    named = {grant.plan for grant in caller.principal.grants if grant.plan}
    return any(caller.may_record(PlanOpened.__name__, plan) for plan in named.difference(ask.ledger.plans()))
