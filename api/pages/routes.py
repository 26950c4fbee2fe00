"""Routers for pages, with the role that they need."""

from fastapi import APIRouter, Depends, Response

from api.http.access.address_roles import Needed, Needs, needs
from api.http.parameters import only_its_own


def page_routes(needed: Needed | Needs = "reader", *, shows_again: bool = False) -> APIRouter:
    """A router for pages; like all addresses, they refuse unknown parameters.

    Pages are not in the OpenAPI description, which is for programs.
    """
    first = needed if isinstance(needed, Needs) else needs(needed, shows_again=shows_again)
    return APIRouter(
        dependencies=[Depends(first), Depends(only_its_own)],
        default_response_class=Response,
        include_in_schema=False,
    )
