"""Where pages are registered."""

from fastapi import APIRouter, Depends, Response

from api.http.parameters import only_its_own


def page_routes() -> APIRouter:
    """Routes for pages: like every address, they refuse parameters that are not theirs.

    They are not in the description of the API, which is for programs.
    """
    return APIRouter(dependencies=[Depends(only_its_own)], default_response_class=Response, include_in_schema=False)
