"""Checks the names of query parameters: a misspelled one must not be ignored."""

from difflib import get_close_matches
from typing import get_origin

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from api.http.problem_documents import MOST_TOLD, parameters_unreadable
from api.http.request_refusals import RequestCode


async def only_its_own(request: Request) -> None:
    """Refuse unknown query parameters: `?att=2019-05-31` would otherwise be answered as of now.

    Raises:
        Unreadable: a parameter is unknown, or given twice.
    """
    if not request.query_params:
        return
    route: APIRoute = request.scope["route"]
    fields = [field for field in get_flat_params(route.dependant) if isinstance(field.field_info, Query)]
    own = [field.alias for field in fields]
    repeated = {field.alias for field in fields if get_origin(field.field_info.annotation) is list}
    given = [name for name, _ in request.query_params.multi_items()]
    wrong: list[tuple[RequestCode, str, str]] = []
    # A hint takes time to compute, and a query string can hold thousands of names.
    for name in list(dict.fromkeys(given))[: len(own) + MOST_TOLD]:
        if name not in own:
            near = get_close_matches(name[:60], own, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(own) or 'none'}"
            detail = f"is no parameter of this address; {hint}"
            wrong.append((RequestCode.UNKNOWN_PARAMETER, name[:60], detail))
        elif given.count(name) > 1 and name not in repeated:
            wrong.append((RequestCode.PARAMETER_TWICE, name, "stands twice in the address; say it once"))
    if wrong:
        raise parameters_unreadable(wrong)
