"""What can be set from outside: each by an environment variable, and by an option of the command line."""

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from pydantic import TypeAdapter

from domain.texts import Line


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the ledger is, where it serves, who records, and which file holds the key that signs."""

    database_url: str | None
    data: Path
    host: str
    port: int
    by: str
    key: Path | None = None


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment makes.

    Raises:
        ValueError: a variable cannot be used; the message names it.
    """
    port = environment.get("ASAT_PORT") or "8000"
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"ASAT_PORT is {port!r}; it must be a port number, such as 8000")
    try:
        by = author(environment.get("ASAT_BY") or account())
    except ValueError:
        raise ValueError(f"ASAT_BY {NO_AUTHOR}") from None
    return Settings(
        database_url=environment.get("ASAT_DATABASE_URL") or None,
        data=Path(environment.get("ASAT_DATA") or default_data()).expanduser(),
        host=environment.get("ASAT_HOST") or "127.0.0.1",
        port=int(port),
        by=by,
        key=Path(key).expanduser() if (key := environment.get("ASAT_KEY")) else None,
    )


_AUTHOR = TypeAdapter(Line)

#: What to say of a name that `author` refuses, after where it stands.
NO_AUTHOR = "is empty, too long or holds a character that a name cannot have: say who records"


def author(name: str) -> str:
    """Who records, from wherever it comes: one line; raises ValueError where it is none."""
    return _AUTHOR.validate_python(name.strip())


def default_data() -> Path:
    """Where the embedded database lives unless told otherwise: the user's folder for application data."""
    if os.geteuid() == 0:
        return Path("/var/lib/asat")
    return Path(platformdirs.user_data_dir("asat"))


def account() -> str:
    """The account this program runs under, which is who records until someone says otherwise."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
