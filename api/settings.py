"""What can be set from outside: each by an environment variable and, but for secrets, by an option too."""

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
from pydantic import TypeAdapter

from domain.files.secret_files import SecretExposed, read_secret
from domain.texts import Line, unpaired_direction


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the ledger is, where it serves, who records, which file holds the key that signs, and who asks."""

    database_url: str | None
    data: Path
    host: str
    port: int
    by: str
    key: Path | None = None
    #: How many bytes the plans in memory may take up; None for a quarter of the machine's memory, at most 1 GB.
    memory: int | None = None
    #: The token of whoever runs a command; none on an open ledger, or for whoever runs the machine.
    token: str | None = field(default=None, repr=False)
    #: The address of the ledger's owner, for what only the owner may do.
    owner_url: str | None = field(default=None, repr=False)


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
        memory=read_size("ASAT_MEMORY", size) if (size := environment.get("ASAT_MEMORY")) else None,
        token=_token(environment),
        owner_url=environment.get("ASAT_OWNER_URL") or None,
    )


_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}


def read_size(variable: str, text: str) -> int:
    """A number of bytes, as `500 MB` or `2GB` (powers of 1000); raises ValueError, which names the variable."""
    if (written := re.fullmatch(r"([0-9]{1,15}) ?([kMG]?)B?", text.strip(), re.ASCII)) is None:
        raise ValueError(f"{variable} is {text[:60]!r}; it must be a number of bytes, such as 500MB or 2GB")
    return int(written[1]) * _UNITS[written[2]]


def _token(environment: Mapping[str, str]) -> str | None:
    """The token that names who asks; there is no option for it, as options show in lists of processes."""
    token, named = environment.get("ASAT_TOKEN") or None, environment.get("ASAT_TOKEN_FILE") or None
    if named is None:
        return token.strip() if token else None
    if token is not None:
        raise ValueError("ASAT_TOKEN and ASAT_TOKEN_FILE are both set; leave one of them out")
    file = Path(named).expanduser()
    try:
        held = read_secret(file, _LONGEST_TOKEN).decode("ascii").strip()
    except SecretExposed as error:
        raise ValueError(f"ASAT_TOKEN_FILE: {error}") from None
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"ASAT_TOKEN_FILE is {named!r}, and no token can be read from there") from None
    if not held:
        raise ValueError(f"ASAT_TOKEN_FILE is {named!r}, and that is empty; put the token in it")
    return held


#: No token is longer; a longer file is another.
_LONGEST_TOKEN = 4096

_AUTHOR = TypeAdapter(Line)

#: What to say of a name that `author` refuses, after where it stands.
NO_AUTHOR = "is empty, too long or holds a character that a name cannot have: say who records"


def author(name: str) -> str:
    """Who records, from wherever it comes: one line; raises ValueError where it is none."""
    read = _AUTHOR.validate_python(name.strip())
    if unpaired_direction(read):
        raise ValueError(NO_AUTHOR)
    return read


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
