"""The OpenAPI description, with the events' own shapes in it."""

from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from api.http.problems import ProblemDocument
from domain.events import EVENTS
from projections.claims import Claims

_REF = "#/components/schemas/{model}"


def describe(app: FastAPI) -> None:
    """Have the application describe events, claims and problems as they are."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = original()
            components = schema.setdefault("components", {}).setdefault("schemas", {})
            components.update(_events())
            claims = Claims.model_json_schema(ref_template=_REF)
            components.update(claims.pop("$defs", {}))
            components["Claims"] = claims
            problem = TypeAdapter(ProblemDocument).json_schema(ref_template=_REF)
            components.update(problem.pop("$defs", {}))
            components["ProblemDocument"] = problem
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the description


def _events() -> dict[str, Any]:
    """A schema for each event as it is proposed, and `Proposal`, which is any of them."""
    _, described = models_json_schema([(event, "validation") for event in EVENTS.values()], ref_template=_REF)
    schemas: dict[str, Any] = described["$defs"]
    for name in EVENTS:
        event = schemas[name]
        event["properties"] = {
            "type": {"const": name},
            "plan": {"type": "string", "description": "The plan's name; may be left out, as the address names it."},
            "event_id": {"type": "string", "format": "uuid", "description": "Makes the proposal repeatable."},
            **event["properties"],
        }
        event["required"] = ["type", *(field for field in event["required"] if field != "effective_on")]
    schemas["Proposal"] = {
        "oneOf": [{"$ref": _REF.format(model=name)} for name in EVENTS],
        "discriminator": {
            "propertyName": "type",
            "mapping": {name: _REF.format(model=name) for name in EVENTS},
        },
    }
    return schemas
