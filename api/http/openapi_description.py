"""The OpenAPI description, with the schemas of the events.

It is as exact as JSON Schema can be. A request that it does not allow is refused; one that it allows is accepted,
refused by a rule, or invalid because its fields contradict each other (days out of order, a duplicate code).
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from api.formats import EditionDocument
from api.http import patterns
from api.http.access.address_roles import declared, routes_of
from api.http.problem_documents import ProblemDocument, documented
from domain.envelopes import LONGEST_LIST
from domain.events import EVENTS
from domain.scales import RESERVED_CODES
from projections.claims import MOST_CLAIMS, Claims

_REF = "#/components/schemas/{model}"
_NULL = {"type": "null"}

#: Event -> the fields of which it needs at least one.
_AT_LEAST_ONE = {
    "PriorityReworded": ("title", "answers"),
    "ActionAdded": ("priority", "parent"),
    "ActionReworded": ("text", "outcome"),
}
_POINTS = {"ReportPresented": ("previous", "current"), "Claims": ("previous", "current")}


def describe(app: FastAPI) -> None:
    """Replace the application's OpenAPI description with one that describes events, claims and problems."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = original()
            _say_what_is_needed(app, schema)
            components = schema.setdefault("components", {}).setdefault("schemas", {})
            components.update(_events())
            claims = Claims.model_json_schema(ref_template=_REF)
            components.update(claims.pop("$defs", {}))
            components["Claims"] = claims
            claims["properties"]["claims"]["maxItems"] = MOST_CLAIMS
            components["EditionDocument"] = TypeAdapter(EditionDocument).json_schema(ref_template=_REF)
            _say_the_edition(schema)
            problem = TypeAdapter(ProblemDocument).json_schema(ref_template=_REF)
            components.update(problem.pop("$defs", {}))
            components["ProblemDocument"] = problem
            for name, fields in _POINTS.items():
                for field in fields:
                    _text_of(components[name]["properties"][field])["pattern"] = patterns.POINT
            for parameter in _parameters(schema):
                _say_without_null(parameter)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents


def _say_the_edition(schema: dict[str, Any]) -> None:
    """Add the edition to every answer about plans; only the outermost document of an answer names it."""
    edition = {"$ref": _REF.format(model="EditionDocument")}
    for path, operations in schema["paths"].items():
        for operation in operations.values() if path.startswith("/plans") else ():
            for status in ("200", "201"):
                described = operation["responses"].get(status, {}).get("content", {}).get("application/json")
                if described is not None:
                    described["schema"] = {"allOf": [edition, described["schema"]]}


def _say_what_is_needed(app: FastAPI, schema: dict[str, Any]) -> None:
    """Add the role that each address needs, and the responses to callers without it.

    The token is optional: an open ledger needs none, nor does a plan that `anyone` may read.
    """
    for route in routes_of(app.routes):
        if not isinstance(route, APIRoute) or not route.include_in_schema or (needed := declared(route)) == "nobody":
            continue
        for method in route.methods or ():
            operation = schema["paths"][route.path_format][method.lower()]
            role = "the role of each event that is recorded" if needed == "recording" else f"the role {needed}"
            operation["description"] = f"{operation.get('description', '')}\n\nNeeds {role}.".strip()
            operation["security"] = [{}, {"token": []}]
            refusals = {
                401: "Nobody known asks.",
                403: "Whoever asks does not have the role.",
                429: "More was sent than a limit allows.",
            }
            for status, answer in documented(refusals).items():
                operation["responses"].setdefault(str(status), answer)
    schemes = schema.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["token"] = {"type": "http", "scheme": "bearer", "description": "A token, `asat_…`, made by a steward."}


def _events() -> dict[str, Any]:
    """A schema for each event as a proposal, and `Proposal`, which is any of them."""
    _, described = models_json_schema([(event, "validation") for event in EVENTS.values()], ref_template=_REF)
    schemas: dict[str, Any] = described["$defs"]
    for name in EVENTS:
        event = schemas[name]
        event["properties"] = {
            "type": {"const": name},
            "plan": {
                "type": "string",
                "pattern": patterns.SLUG,
                "maxLength": 63,
                "description": "The plan's name; may be left out, as the address names it.",
            },
            "event_id": {"type": "string", "format": "uuid", "description": "Makes the proposal repeatable."},
            **event["properties"],
        }
        event["required"] = ["type", *(field for field in event["required"] if field != "effective_on")]
        if alternatives := _AT_LEAST_ONE.get(name):
            event["anyOf"] = [{"required": [field], "properties": {field: {"not": _NULL}}} for field in alternatives]
    schemas["Rating"]["properties"]["code"]["not"] = {"enum": sorted(RESERVED_CODES)}
    schemas["Scale"]["properties"]["ratings"]["uniqueItems"] = True
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            for one in (field, *field.get("anyOf", [])):
                if one.get("type") == "array":
                    one.setdefault("maxItems", LONGEST_LIST)
        _say_null(schema)
    schemas["Proposal"] = {
        "oneOf": [{"$ref": _REF.format(model=name)} for name in EVENTS],
        "discriminator": {"propertyName": "type", "mapping": {name: _REF.format(model=name) for name in EVENTS}},
    }
    return schemas


def _say_null(schema: dict[str, Any]) -> None:
    """Allow null for every optional field: it means the same as no field."""
    for name, field in schema.get("properties", {}).items():
        if name not in schema.get("required", []) and _NULL not in field.get("anyOf", []):
            described = {key: field.pop(key) for key in ("title", "description", "default") if key in field}
            schema["properties"][name] = {"anyOf": [field, _NULL], **described}


def _parameters(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in schema["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                yield parameter["schema"]


def _say_without_null(schema: dict[str, Any]) -> None:
    """Remove null, which an address or a header cannot hold."""
    if "anyOf" in schema:
        for alternative in schema.pop("anyOf"):
            if alternative != _NULL:
                schema.update(alternative)


def _text_of(field: dict[str, Any]) -> dict[str, Any]:
    """The schema of a field's text alternative."""
    return next((one for one in field.get("anyOf", []) if one.get("type") == "string"), field)
