"""The rules for passwords, and their hashes."""

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from domain.access.access_errors import AccessCode, AccessRefused, SignInFailed
from domain.names import name_key

SHORTEST, LONGEST = 12, 1024

#: Guessed first, also with digits for letters. There is no list of known passwords: the commonest long ones hold these.
_TRIED_FIRST = ("password", "asat", "qwert", "12345")
_FOR_LETTERS = str.maketrans("0134578@$!", "oleastbasi")
#: The fewest different characters of a password, and the shortest part of a name that it may not hold.
_FEWEST, _SHORTEST_NAME = 5, 4

#: The most passwords that a process verifies at once: each takes 64 MiB of memory and a processor for a moment.
_AT_ONCE = 4
_PATIENCE = 10.0
BUSY = "too many are signing in just now; try again in a moment"

_hasher = PasswordHasher()
_places = BoundedSemaphore(_AT_ONCE)


def hash_password(password: str, name: str) -> str:
    """The hash of a new password for a principal; raises AccessRefused where it is too weak."""
    check_password(password, name)
    return _hasher.hash(_bytes(password))


def check_password(password: str, name: str) -> None:
    """Raises AccessRefused where a password is too weak for a principal."""
    if len(password) < SHORTEST:
        raise AccessRefused(
            AccessCode.PASSWORD_TOO_SHORT,
            f"a password has at least {SHORTEST} characters: take a few words with spaces between",
        )
    if len(password) > LONGEST:
        raise AccessRefused(AccessCode.PASSWORD_TOO_LONG, f"a password has at most {LONGEST:,} characters")
    if _is_tried_first(name_key(password), name_key(name)):
        raise AccessRefused(
            AccessCode.PASSWORD_GUESSABLE,
            "that password would be among the first to be tried: take a few words with spaces between, and among them"
            f" neither a name of yours nor {', '.join(_TRIED_FIRST[:-1])} or {_TRIED_FIRST[-1]}",
        )


def _is_tried_first(password: str, name: str) -> bool:
    if len(set(password)) < _FEWEST:
        return True
    names = [one for one in (name, name.replace(" ", ""), *name.split()) if len(one) >= _SHORTEST_NAME]
    return any(one in text for one in (*names, *_TRIED_FIRST) for text in (password, password.translate(_FOR_LETTERS)))


@contextmanager
def verifying() -> Iterator[None]:
    """Verify a password within the block, after a wait of at most ten seconds; raises SignInFailed."""
    if not _places.acquire(timeout=_PATIENCE):
        raise SignInFailed(BUSY, 5)
    try:
        yield
    finally:
        _places.release()


def is_password(password: str, hashed: str | None) -> bool:
    """Whether it is the password of this hash; without a hash the answer takes as long."""
    unmatched = _unmatched_hash()  # made at the first call, with a hash or without
    if len(password) > LONGEST:
        return False
    try:
        return _hasher.verify(hashed or unmatched, _bytes(password)) and hashed is not None
    except (Argon2Error, InvalidHashError):
        return False


def rehashed(password: str, hashed: str) -> str | None:
    """A new hash of the same password, where the former is weaker than those made now."""
    return _hasher.hash(_bytes(password)) if _hasher.check_needs_rehash(hashed) else None


@cache
def _unmatched_hash() -> str:
    return _hasher.hash(secrets.token_bytes(32))


def _bytes(password: str) -> bytes:
    # Keyboards compose the same letters differently; unpaired surrogates are let pass.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
