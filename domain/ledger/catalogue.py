"""A ledger's schema as the database's catalogue describes it, and as the migrations make it.

The expected catalogue is `catalogue.json`, which `scripts/generate` writes from the migrations. A check cannot run the
migrations itself: that would need the owner's rights, which the checking login must not have.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from psycopg.sql import Identifier, Literal

from domain.ledger.schema import access_schema, app_role, channel
from domain.postgres.connections import Connection, rows, value
from domain.strict_json import Json

#: Kind and name of a database object, such as `the table` and `events`.
Thing = tuple[str, str]
#: Kind and name of an object, grantee, and privilege.
Grant = tuple[str, str, str, str]

_FOLDER = files("domain.ledger")
_THINGS = (_FOLDER / "sql" / "catalogue.sql").read_text(encoding="utf-8")
_GRANTS = (_FOLDER / "sql" / "grants.sql").read_text(encoding="utf-8")
EXPECTED = "catalogue.json"

#: The states of a trigger that is not as it was made, by the letter in `pg_trigger.tgenabled`.
_SWITCHED = {"D": "it is switched off", "R": "it is switched on for replicas only", "A": "it is switched to always"}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The objects of a schema with the properties of each, and the grants."""

    things: Mapping[Thing, Mapping[str, Json]]
    grants: frozenset[Grant]


@dataclass(frozen=True, slots=True)
class Names:
    """The names specific to one ledger's schema, which occur in the definitions of its objects."""

    schema: str
    #: The schema's name as the server writes it, quoted only if necessary; the migrations always quote it.
    written: str
    role: str
    channel: str

    def places(self) -> list[tuple[str, str]]:
        """Each name with its placeholder in the file, longer names first."""
        quoted = Identifier(self.schema).as_string(None)
        access = Identifier(access_schema(self.schema)).as_string(None)
        announced = Literal(self.channel).as_string(None)
        return [
            (announced, "{channel}"),
            (access, "{access}"),
            (quoted, "{quoted}"),
            (self.role, "{app}"),
            (self.written, "{schema}"),
        ]


def read_names(connection: Connection, schema: str) -> Names:
    """The names of a ledger's schema, as this server writes them."""
    written = value(connection, "select quote_ident(%s)", (schema,))
    return Names(schema, str(written), app_role(schema), channel(schema))


def read_catalogue(connection: Connection, schema: str) -> Catalogue:
    """Read a schema from the database's catalogue; raises psycopg.Error."""
    with connection.transaction():
        # With another search path the server would write some names without their schema.
        connection.execute("set local search_path = pg_catalog, pg_temp")
        things = rows(connection, _THINGS.encode(), {"schema": schema})
        grants = rows(connection, _GRANTS.encode(), {"schema": schema})
    return Catalogue(
        {(kind, name): so for kind, name, so in things},
        frozenset((kind, name, who, may) for kind, name, who, may in grants),
    )


def as_text(found: Catalogue, names: Names, digest: str) -> str:
    """The text of `catalogue.json`, made from a schema whose names occur nowhere else in it.

    `digest`: that of the migrations that made the schema.
    """
    places = names.places()
    things = [[kind, name, _replaced(dict(so), places)] for (kind, name), so in sorted(found.things.items())]
    grants = _replaced([list(grant) for grant in sorted(found.grants)], places)
    made = {"migrations": digest, "things": things, "grants": grants}
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def expected_catalogue(names: Names) -> Catalogue:
    """The catalogue that this program's migrations make for a schema of these names."""
    read = json.loads((_FOLDER / EXPECTED).read_text(encoding="utf-8"))
    places = [(place, name) for name, place in names.places()]
    things = {(kind, name): _replaced(so, places) for kind, name, so in read["things"]}
    return Catalogue(things, frozenset((kind, name, names.role, may) for kind, name, _, may in read["grants"]))


def _replaced(so: Json, places: Sequence[tuple[str, str]]) -> Json:
    """Replace names in all texts of a JSON value."""
    match so:
        case str():
            for old, new in places:
                so = so.replace(old, new)
            return so
        case dict():
            return {key: _replaced(value, places) for key, value in so.items()}
        case list():
            return [_replaced(one, places) for one in so]
        case _:
            return so


def differences(expected: Catalogue, found: Catalogue) -> Iterator[tuple[str, str]]:
    """Missing, additional and changed objects: the object, and the difference in words."""
    for thing in sorted({*expected.things, *found.things}):
        where = " ".join(thing)
        if thing not in found.things:
            yield where, "it is gone"
        elif thing not in expected.things:
            yield where, "this program did not make it"
        else:
            yield from ((where, what) for what in _changed(expected.things[thing], found.things[thing]))


def _changed(made: Mapping[str, Json], found: Mapping[str, Json]) -> Iterator[str]:
    other = [name for name in made if made[name] != found.get(name)]
    if "switched on" in other and (said := _SWITCHED.get(str(found["switched on"]))):
        yield f"{said}: what it refuses can be done"
        other.remove("switched on")
    for name in other:
        if name == "definition":
            yield f"it is not as this program made it, but: {_short(found[name])}"
        else:
            yield f"`{name}` is not as this program made it" + (
                "" if name == "body" else f": {_short(found[name])} instead of {_short(made[name])}"
            )


def _short(so: object) -> str:
    text = so if isinstance(so, str) else json.dumps(so, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]}..."
