"""Settings for serving only: the public address, the OpenID Connect provider, and the log."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from domain.files.secret_files import SecretExposed, read_secret

#: No provider's secret is longer; a longer file is the wrong file.
_LONGEST_SECRET = 1 << 16
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """The OpenID Connect provider, and this program's identity there."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServingSettings:
    """The public address, such as `https://asat.example.gov.uk`; the provider; whether each request is logged."""

    url: str | None = None
    openid: OpenIdSettings | None = None
    log: bool = False

    @property
    def host(self) -> str | None:
        """The host name of the public address."""
        return urlsplit(self.url).hostname if self.url else None


def read_serving_settings(url: str | None = None, environment: Mapping[str, str] = os.environ) -> ServingSettings:
    """The settings from the environment; the argument replaces the public address.

    Raises:
        ValueError: a setting is invalid; the message names it and the remedy.
    """
    said = url or environment.get("ASAT_URL") or None
    public = None if said is None else public_address(said)
    logged = environment.get("ASAT_LOG") or ("on" if public else "off")
    if logged not in ("on", "off"):
        raise ValueError(f"ASAT_LOG is {logged[:40]!r}; it must be on or off")
    return ServingSettings(public, _openid(environment), logged == "on")


def public_address(said: str) -> str:
    """The public address without a trailing slash; raises ValueError if it is not a plain https origin."""
    wrong = ValueError(f"the address {said[:200]!r} cannot be served under: write it as https://asat.example.gov.uk")
    try:
        split = urlsplit(said.strip())
        port = split.port
    except ValueError:
        raise wrong from None
    host = split.hostname or ""
    if split.scheme != "https" or not _HOST.fullmatch(host) or split.path not in ("", "/"):
        raise wrong
    if split.query or split.fragment or split.username is not None or split.password is not None:
        raise wrong
    return f"https://{host}" + (f":{port}" if port not in (None, 443) else "")


def _openid(environment: Mapping[str, str]) -> OpenIdSettings | None:
    names = ("ASAT_OIDC_ISSUER", "ASAT_OIDC_CLIENT_ID", "ASAT_OIDC_SECRET_FILE")
    given = {name: environment[name].strip() for name in names if environment.get(name, "").strip()}
    if not given:
        return None
    if missing := [name for name in names if name not in given]:
        raise ValueError(f"{', '.join(missing)} is missing: signing in by OpenID Connect needs {', '.join(names)}")
    issuer, client_id, file = (given[name] for name in names)
    if not is_safe_address(issuer):
        raise ValueError(f"ASAT_OIDC_ISSUER is {issuer[:200]!r}; it must begin with https://")
    try:
        secret = read_secret(Path(file).expanduser(), _LONGEST_SECRET).decode().strip()
    except SecretExposed as error:
        raise ValueError(f"ASAT_OIDC_SECRET_FILE: {error}") from None
    except (OSError, UnicodeError):
        raise ValueError(f"ASAT_OIDC_SECRET_FILE names {file}, which cannot be read") from None
    if not secret:
        raise ValueError(f"ASAT_OIDC_SECRET_FILE names {file}, which is empty: put the client's secret into it")
    return OpenIdSettings(issuer, client_id, secret)


def is_safe_address(address: object) -> bool:
    """Whether traffic to an address is safe from eavesdropping: it is https, or on this machine."""
    if not isinstance(address, str):
        return False
    try:
        split = urlsplit(address)
    except ValueError:
        return False
    return bool(split.hostname) and (
        split.scheme == "https" or (split.scheme == "http" and split.hostname in ("127.0.0.1", "::1", "localhost"))
    )
