"""The page to go to after signing in: a page of this application, never another site."""

from urllib.parse import urlsplit

_LONGEST = 2000
START = "/plans"


def own_place(said: str) -> str:
    """The path of a page if it is safe; otherwise that of the list of plans."""
    if not said.startswith("/") or said[1:2] in ("/", "\\") or len(said) > _LONGEST:
        return START
    if "\\" in said or not said.isascii() or not said.isprintable() or said.startswith(("/sign-in", "/sign-out")):
        return START
    try:
        split = urlsplit(said)
    except ValueError:
        return START
    return said if not split.scheme and not split.netloc else START
