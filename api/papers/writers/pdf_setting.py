"""Sets a paper with typst, at most two at a time, and frees the memory after a long one."""

import ctypes
import sys
from functools import cache
from importlib.resources import files
from threading import BoundedSemaphore

import typst

from api.papers.writers.fonts import fonts
from api.waiting import one_of

# Each takes a core and, if it is long, up to a gigabyte; further ones wait.
_AT_ONCE = BoundedSemaphore(2)

# Typst caches its results for the next ten papers, which cannot reuse them; after a long paper, the cache is large.
_LONG, _KEPT = 200_000, 11
_NOTHING = b"#set document(title: [-])"


class NotDrawn(Exception):
    """The text contains something that cannot be drawn in the form that it needs there."""


def typeset(paper: str, made: int) -> bytes:
    """A paper as a PDF file.

    Args:
        paper: the paper as input of `paper.typ`, in JSON.
        made: the time inside the file, in seconds since 1970.

    Raises:
        NotDrawn: its fonts lack something that it needs.
        NoPlace: the wait for a turn was too long.
    """
    with one_of(_AT_ONCE, "papers"):
        try:
            return _compiled(_template(), paper, made)
        except typst.TypstError as error:
            raise NotDrawn(str(error)) from error
        finally:
            if len(paper) > _LONG:
                _forget(made)


def _compiled(template: bytes, paper: str, made: int) -> bytes:
    # Threads must not share a compiler; they can share its fonts, which take the time to load.
    compiler = typst.Compiler(
        template, root=str(files("api.papers.writers")), font_paths=fonts(), ignore_system_fonts=True
    )
    file = compiler.compile(format="pdf", pdf_standards=["ua-1"], sys_inputs={"paper": paper}, timestamp=made)
    assert isinstance(file, bytes), "typst answers with one file unless it is told where to write"
    return file


def _forget(made: int) -> None:
    """Set an empty paper until typst drops its cache, and return the memory to the operating system."""
    for _ in range(_KEPT):
        _compiled(_NOTHING, "", made)
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not every C library has it
        if trim is not None:
            trim(0)


@cache
def _template() -> bytes:
    return files("api.papers.writers").joinpath("paper.typ").read_bytes()
