"""Routers for pages, with the role that they need."""

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request, Response

from api.http.access.address_roles import Needed, Needs, needs
from api.http.parameters import only_its_own


class Instead(Exception):
    """Another response takes the place of the page."""

    def __init__(self, response: Response) -> None:
        self.response = response


def answer_instead(_: Request, error: Exception) -> Response:
    """The response that an `Instead` carries."""
    assert isinstance(error, Instead), "it is called for this exception alone"
    return error.response


def page_routes(
    needed: Needed | Needs = "reader", *others: Callable[..., None], shows_again: bool = False
) -> APIRouter:
    """A router for pages; like all addresses, they refuse unknown parameters. `others` are further dependencies.

    Pages are not in the OpenAPI description, which is for programs.
    """
    first = needed if isinstance(needed, Needs) else needs(needed, shows_again=shows_again)
    return APIRouter(
        dependencies=[Depends(first), Depends(only_its_own), *map(Depends, others)],
        default_response_class=Response,
        include_in_schema=False,
    )
