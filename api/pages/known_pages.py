"""The ETag of a page, worked out before the page is made: by what it shows, to whom, and on which day."""

from collections.abc import Iterator
from contextlib import suppress

from fastapi import Request

from api import clock
from api.http.access.callers import known_caller
from api.http.answering import already_held, tag_of
from api.http.question_addresses import Ask
from api.pages.routes import Instead
from api.questions.asker import Asker, state_of
from api.questions.plans_question import PLANS
from domain.refusals import Refusal

_POINTS = ("at", "previous", "current", "points")


class Known:
    """A dependency of pages: a reader who has the page already is told so, and nothing is worked out or rendered.

    `by_points`: the pages show nothing but answers at the points in their address, so that what is recorded later
    changes nothing of those at fixed points. Any other page is made anew when its plan grows.
    """

    def __init__(self, *, by_points: bool = False) -> None:
        self._by_points = by_points

    def __call__(self, request: Request, ask: Ask) -> None:
        """Note the tag for `rendering.page`; raises Instead with a 304."""
        if request.method != "GET":
            return
        with suppress(Refusal):  # such as a point that the plan does not have: the page tells of it
            state = _plan_state(request, ask, self._by_points) if "plan" in request.path_params else _all_plans(ask)
            request.state.page_tag = tag_of(request, "page", "\n".join([*_reader(request), *state]))
        if (tag := page_tag(request)) and (known := already_held(request, tag)):
            raise Instead(known)


def page_tag(request: Request) -> str | None:
    """The tag of the page that answers a request; None if it was not worked out."""
    return getattr(request.state, "page_tag", None)


def _reader(request: Request) -> Iterator[str]:
    """Everything but the plan on which a page depends: its reader, the day, and what this server can do."""
    yield clock.today().isoformat()
    caller, state = known_caller(request), request.app.state
    if caller is not None:
        granted = [(one.role, one.plan) for one in caller.principal.grants if one.counts(clock.now())]
        yield repr((caller.way, caller.principal.name, granted, caller.session and caller.session.csrf))
    yield repr((state.url, state.openid is not None, state.key is not None))
    yield repr(sorted((name, held) for name, held in request.cookies.items() if name.startswith("seen-")))


def _plan_state(request: Request, ask: Asker, by_points: bool) -> Iterator[str]:
    slug, query = request.path_params["plan"], request.query_params
    named = [one for name in _POINTS for one in query.getlist(name)]
    if not query.keys() & {"at", "current"}:
        named.append("now")
    newest, points, _ = ask.resolved(slug, named)
    yield state_of(newest, *points)
    if by_points:
        yield repr([one.basis < newest.version or one.effective_on != clock.today() for one in points])
        return
    yield f"{newest.version} {newest.redactions_known}"
    if newest.redactions_known:  # then a page tells whether a purge is still to come
        yield repr(ask.ledger.recorder.select_purged())


def _all_plans(ask: Asker) -> list[str]:
    return [str(PLANS.ask(ask).state)]
