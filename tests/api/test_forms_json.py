"""JSON is written in pieces, so that one long answer keeps nobody waiting, and is the same text as in one."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import formats as forms
from api.questions.plan_question import PLAN_AS_AT
from tests.answers.examples import asker

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
NAMES = st.sampled_from(["a", "b", "é", '"'])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=8)
#: A list that is written an entry at a time, whatever is in it.
LONG = st.tuples(VALUES, VALUES).map(lambda pair: [*pair] * forms._LONG)


def in_one(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@settings(max_examples=60, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(document=st.dictionaries(NAMES, VALUES | LONG))
def test_the_pieces_are_the_text_in_one(document: dict[str, Any]) -> None:
    assert "".join(forms._written(document)) == in_one(document)


def test_no_piece_is_long_where_there_are_many_actions() -> None:
    document = PLAN_AS_AT.ask(asker(), "sunderland", at="issue:3.0").document
    many = {**document, "priorities": [{**one, "actions": one["actions"] * 200} for one in document["priorities"]]}
    pieces = list(forms._written(many))
    assert "".join(pieces) == in_one(many)
    assert max(map(len, pieces)) < len(in_one(many)) / 1000


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        list(forms._written({"share": float("nan")}))
