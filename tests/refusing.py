"""A refusal of a kind that has many reasons: each has its own code."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain.refusals import Code, Coded


@contextmanager
def refused(code: Code, sentence: str | None = None) -> Iterator[None]:
    """The block is refused with this code, and a sentence that holds this one."""
    with pytest.raises(Coded, match=sentence) as refusal:
        yield
    assert refusal.value.code is code
    assert refusal.value.field == (code.fields[0] if len(code.fields) == 1 else "")
