"""Events and names of access, checked before anything is recorded."""

from domain.access.events import AccessEvent
from domain.access.names import NameRefused, read_name
from domain.ledger.access.said import AccessRefused


def checked(kind: type[AccessEvent], /, **fields: object) -> AccessEvent:
    """An event with these fields; raises AccessRefused where one of them cannot be."""
    try:
        return kind.model_validate(fields)
    except ValueError:
        said = ", ".join(f"{name} {value!r}" for name, value in fields.items() if value is not None)
        raise AccessRefused(f"that cannot be recorded of access: {said}; one of these is not what it must be") from None


def checked_name(name: str) -> str:
    """A name that can be given; raises AccessRefused."""
    try:
        return read_name(name)
    except NameRefused as refused:
        raise AccessRefused(str(refused)) from None
