"""Texts redacted: which may be, once, with a reason, and never to be undone."""

import pytest

from tests.kit import (
    DECEMBER,
    Story,
    Told,
    added,
    in_error,
    measure,
    nothing_recorded,
    opened,
    plan_closed,
    priority,
    progressed,
    rated,
    redacted,
    rescheduled,
)

PLAN = [opened(), priority("2"), added("2.4"), progressed("2.4"), rated("2.4"), measure("posts", "Posts filled")]


def begun(*told: Told) -> Story:
    return nothing_recorded().when(*PLAN, *told)


def test_a_text_may_be_redacted_with_a_reason():
    plan = begun().when(redacted(4, "text")).plan
    assert plan.redactions == {4: {"text": 7}}


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (redacted(8, "text"), "has no record number 8; its newest is 6"),
        (redacted(4, "action"), "`action` of event 4 (progress reported) cannot be redacted; what can be is"),
        (redacted(4, "nonsense"), "`nonsense` of event 4 (progress reported) cannot be redacted"),
        (redacted(5, "rating"), "what can be is reason, source, evidence"),
        (redacted(6, "title"), "`title` of event 6 (measure defined) cannot be redacted"),
        (redacted(4, "text", reason=None), "redacting event 4 (progress reported) needs a reason"),
    ],
)
def test_what_may_not_be_redacted(event, sentence):
    begun().when(event).then_refused(sentence)


def test_a_text_is_redacted_once_and_others_of_the_event_later():
    story = begun(rescheduled("2.4", approved_by="Board"), redacted(7, "approved_by"))
    story.when(redacted(7, "approved_by")).then_refused("already redacted, by event 8")
    assert story.when(redacted(7, "reason")).plan.redactions == {7: {"approved_by": 8, "reason": 9}}


def test_a_redaction_cannot_be_withdrawn():
    begun(redacted(4, "text")).when(in_error(7)).then_refused("destroyed; that cannot be undone")


def test_the_texts_of_a_closed_plan_may_be_redacted():
    assert begun(plan_closed(), redacted(4, "text", on=DECEMBER)).plan.redactions == {4: {"text": 8}}
