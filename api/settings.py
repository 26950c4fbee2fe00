"""Settings, each set by an environment variable and, except for secrets, also by an option."""

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
from pydantic import TypeAdapter

from domain.files.secret_files import SecretExposed, read_secret
from domain.texts import Line, unrecordable


@dataclass(frozen=True, slots=True)
class Settings:
    """The place of the ledger, the address to serve on, the author of records, the key file, and the caller's token."""

    database_url: str | None
    data: Path
    host: str
    port: int
    by: str
    key: Path | None = None
    #: Memory for cached plans, in bytes; None for a quarter of the machine's memory, at most 1 GB.
    memory: int | None = None
    #: The token of the command's caller; None on an open ledger, or for the operator of the machine.
    token: str | None = field(default=None, repr=False)
    #: The connection address of the ledger's owner, for operations that need the owner.
    owner_url: str | None = field(default=None, repr=False)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings from the environment.

    Raises:
        ValueError: a variable is invalid; the message names it.
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
    """A number of bytes, written `500 MB` or `2GB` (powers of 1000); raises ValueError, which names the variable."""
    if (written := re.fullmatch(r"([0-9]{1,15}) ?([kMG]?)B?", text.strip(), re.ASCII)) is None:
        raise ValueError(f"{variable} is {text[:60]!r}; it must be a number of bytes, such as 500MB or 2GB")
    return int(written[1]) * _UNITS[written[2]]


def _token(environment: Mapping[str, str]) -> str | None:
    """The caller's token. There is no option for it, because options are visible in process lists."""
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


#: No token is longer; a longer file is the wrong file.
_LONGEST_TOKEN = 4096

_AUTHOR = TypeAdapter(Line)

#: The message for a name that `author` refuses; the source of the name goes before it.
NO_AUTHOR = "is empty, too long or holds a character that a name cannot have: say who records"


def author(name: str) -> str:
    """The author's name as one valid line, from any source; raises ValueError if it is invalid."""
    read = _AUTHOR.validate_python(name.strip())
    if unrecordable(read):
        raise ValueError(NO_AUTHOR)
    return read


def default_data() -> Path:
    """The default data folder of the embedded database: the user's folder for application data."""
    if os.geteuid() == 0:
        return Path("/var/lib/asat")
    return Path(platformdirs.user_data_dir("asat"))


def account() -> str:
    """The system account of this process: the default author."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
