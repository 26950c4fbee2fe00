"""Sets a paper in type with typst, at most two at a time, and gives back the memory that a long one took."""

import ctypes
import sys
from functools import cache
from importlib.resources import files
from threading import BoundedSemaphore

import typst

from api.papers.writers.fonts import fonts
from api.waiting import one_of

# Each takes a core and, if it is long, up to a gigabyte; what comes meanwhile waits its turn.
_AT_ONCE = BoundedSemaphore(2)

# Typst keeps what it made for the next ten papers, which have no use for it: of one of so many letters that is much.
_LONG, _KEPT = 200_000, 11
_NOTHING = b"#set document(title: [-])"


class NotDrawn(Exception):
    """The text holds something that cannot be drawn in the form that it needs there."""


def typeset(paper: str, made: int) -> bytes:
    """A paper as a PDF file.

    Args:
        said: the paper as `paper.typ` reads it, in JSON.
        made: the time inside the file, in seconds since 1970.

    Raises:
        NotDrawn: its fonts lack something that it needs.
        NoPlace: it may not be waited for any longer.
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
    # A compiler must not be shared between threads; its fonts, which take the time, can be.
    compiler = typst.Compiler(
        template, root=str(files("api.papers.writers")), font_paths=fonts(), ignore_system_fonts=True
    )
    file = compiler.compile(format="pdf", pdf_standards=["ua-1"], sys_inputs={"paper": paper}, timestamp=made)
    assert isinstance(file, bytes), "typst answers with one file unless it is told where to write"
    return file


def _forget(made: int) -> None:
    """Set nothing so often that what was kept is too old to be kept, and hand the memory back to the system."""
    for _ in range(_KEPT):
        _compiled(_NOTHING, "", made)
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # which not every library of C has
        if trim is not None:
            trim(0)


@cache
def _template() -> bytes:
    return files("api.papers.writers").joinpath("paper.typ").read_bytes()
