"""Where pages are registered, with the role that they need."""

from fastapi import APIRouter, Depends, Response

from api.http.access.address_roles import Needed, Needs, needs
from api.http.parameters import only_its_own


def page_routes(needed: Needed | Needs = "reader", *, shows_again: bool = False) -> APIRouter:
    """Routes for pages: like every address, they refuse parameters that are not theirs.

    They are not in the description of the API, which is for programs.
    """
    first = needed if isinstance(needed, Needs) else needs(needed, shows_again=shows_again)
    return APIRouter(
        dependencies=[Depends(first), Depends(only_its_own)],
        default_response_class=Response,
        include_in_schema=False,
    )
