"""The vocabulary: what an event may say, and that it never changes."""

import pytest
from pydantic import ValidationError

from domain import events, rules
from domain.events import EVENTS
from domain.plan.evolve import _EVOLVE
from domain.scales import Scale
from tests.kit import APRIL, GRADES, MARCH, SCALE, added, inspected, opened, priority_reworded, rated, reworded, say


def refused(kind, why, **fields):
    with pytest.raises(ValidationError, match=why):
        kind.model_validate({"effective_on": MARCH, **fields})


def test_every_event_is_in_the_vocabulary_and_opens_with_a_sentence():
    defined = {one for one in vars(events).values() if isinstance(one, type) and issubclass(one, events.Event)}
    assert set(EVENTS.values()) == defined - {events.Event}
    assert set(EVENTS.values()) == {events.ActionRated, *_EVOLVE} == set(rules._RULES)  # a rating needs its author too
    for name, event in EVENTS.items():
        assert event.__name__ == name
        assert (event.__doc__ or "").endswith("."), name


def test_the_contract_names_26_events():
    assert len(EVENTS) == 26


def test_an_event_cannot_change():
    event = rated("2.4", "green", source={"title": "Report"})
    for thing, field in ((event, "rating"), (event.source, "title"), (opened().scale, "name")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(thing, field, "other")
    assert hash(event) == hash(rated("2.4", "green", source={"title": "Report"}))
    assert isinstance(added("2.4", leads=["Head"]).leads, tuple)


def test_an_event_holds_nothing_that_it_does_not_name():
    refused(events.PlanClosed, "Extra inputs", recorded_by="Somebody")
    refused(events.PlanClosed, "Extra inputs", source={"title": "Report", "page": 4})


def test_an_event_says_what_was_said_and_no_more():
    assert rated("2.4", "green").model_dump_json(exclude_unset=True) == (
        '{"effective_on":"2019-03-15","action":"2.4","rating":"green"}'
    )


def test_space_around_a_text_is_not_part_of_it():
    assert reworded("2.4", "  two\n lines ").text == "two\n lines"
    assert added(" 2.4 ", priority="2").number == "2.4"


# Text


@pytest.mark.parametrize("character", [*"\x00\x07\x0b\x0c\x1b\x1f\x7f\x80\x85\x9b\x9f\ufffe\uffff"])
def test_what_no_paper_can_carry_is_refused_everywhere(character):
    refused(events.ProgressReported, "text", action="2.4", text=f"a{character}b")
    refused(events.PriorityAdded, "title", number="1", title=f"{character}")
    refused(events.PlanClosed, "reason", reason=f"a{character}b")
    refused(events.EvidenceAdded, "title", action="2.4", title=f"a{character}b")


@pytest.mark.parametrize("character", ["\n", "\r", "\t"])
def test_line_breaks_and_tabs_stay_in_running_text_only(character):
    text = f"a{character}b"
    assert reworded("2.4", text).text == text
    refused(events.EvidenceAdded, "title", action="2.4", title=text)


def test_a_lone_surrogate_is_refused():
    refused(events.ProgressReported, "unicode", action="2.4", text="a\ud800")


@pytest.mark.parametrize("text", ["Café – “naïve”", "Gwynedd ŵ", "😀", "مرحبا", "e\u0301", "\ufffd"])
def test_any_other_character_is_kept_as_it_is(text):
    assert reworded("2.4", text).text == text
    assert say(events.EvidenceAdded, MARCH, action="2.4", title=text).title == text


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0", "\u2003"])
def test_text_of_spaces_says_nothing(text):
    refused(events.ProgressReported, "text", action="2.4", text=text)
    refused(events.PlanClosed, "reason", reason=text)
    refused(events.EvidenceAdded, "title", action="2.4", title=text)


def test_long_text_passes_up_to_its_limit():
    assert len(reworded("2.4", "x" * 10_000).text or "") == 10_000
    assert len(reworded("2.4", "é" * 20_000).text or "") == 20_000
    refused(events.ProgressReported, "at most 20000", action="2.4", text="x" * 20_001)
    assert len(say(events.EvidenceAdded, MARCH, action="2.4", title="x" * 500).title) == 500
    refused(events.EvidenceAdded, "at most 500", action="2.4", title="x" * 501)


# Numbers and codes


@pytest.mark.parametrize("number", ["1", "2.4", "6.1a", "6.1(b)", "LSCB-1", "R_1", "A" * 32])
def test_a_number_is_what_papers_print(number):
    assert added(number, priority="2").number == number


@pytest.mark.parametrize("number", ["", "-1", ".1", "2 4", "2/4", "2.4,", "А1", "２", "A" * 33, "2\n4"])  # noqa: RUF001
def test_what_cannot_stand_in_an_address_is_no_number(number):
    refused(events.ActionAdded, "number", number=number, priority="2", text="Do it")


@pytest.mark.parametrize("code", ["", "Amber", "on track", "on--track", "-x", "x-", "аmber", "x" * 64])  # noqa: RUF001
def test_a_look_alike_or_spaced_word_is_no_code(code):
    refused(events.ActionRated, "rating", action="2.4", rating=code)
    refused(events.MeasureDefined, "measure", measure=code, title="Visits")


def test_numbers_are_text_not_arithmetic():
    refused(events.ActionRated, "action", action=2.4, rating="green")


# Days


@pytest.mark.parametrize(
    "day",
    ["31/05/2019", "2019-5-31", "2019-05-31T00:00:00", "1559260800", "0", 0, 1559260800, 1.5, True, "today", "", []],
)
def test_a_day_is_written_year_month_day(day):
    refused(events.PlanClosed, "effective_on", effective_on=day)
    refused(events.PlanClosed, "published_on", source={"title": "Report", "published_on": day})


def test_a_day_is_on_the_calendar():
    refused(events.PlanClosed, "effective_on", effective_on="2019-02-29")
    assert events.PlanClosed.model_validate({"effective_on": "2020-02-29"}).effective_on.day == 29


def test_an_inspection_ends_after_it_begins():
    refused(events.InspectionReported, "before it begins", body="Ofsted", inspected_from=APRIL, inspected_to=MARCH)
    assert inspected(inspected_from=MARCH, inspected_to=MARCH).inspected_to == MARCH


# Events that must say something


def test_an_action_has_a_place():
    refused(events.ActionAdded, "choose where the action belongs", number="2.4", text="Do it")
    assert added("2.4a", parent="2.4").priority is None


def test_a_rewording_says_something():
    refused(events.ActionReworded, "give another text", action="2.4")
    refused(events.PriorityReworded, "give another title", number="2")
    assert priority_reworded("2", None, answers=[]).answers == ()
    assert reworded("2.4", None, outcome="Better").text is None


def test_an_action_is_reassigned_to_somebody():
    refused(events.ActionReassigned, "leads", action="2.4", leads=[])
    refused(events.ActionReassigned, "leads", action="2.4", leads="Head of Practice")


def test_evidence_is_hashed_with_sha256_or_not_at_all():
    for wrong in ("ABC", "a" * 63, "g" * 64, "A" * 64):
        refused(events.EvidenceAdded, "sha256", action="2.4", title="Audit", sha256=wrong)
    assert say(events.EvidenceAdded, MARCH, action="2.4", title="Audit", sha256="a" * 64).sha256 == "a" * 64


@pytest.mark.parametrize("version", [0, -1, 1.5, "x", 10**13])
def test_a_version_in_error_is_a_version(version):
    refused(events.EventWithdrawn, "version", version=version)


def test_a_presentation_names_points_in_the_notation():
    refused(events.ReportPresented, "not a point in time", forum="Cabinet", current="whenever")
    refused(events.ReportPresented, "needs the label", forum="Cabinet", current="now", previous="issue:")
    refused(events.ReportPresented, "current", forum="Cabinet", current="issue:" + "x" * 600)


# Scales


def rating(code, **fields):
    return {"code": code, "label": code or "None", **fields}


def test_a_scale_has_every_code_once():
    with pytest.raises(ValidationError, match="'amber' more than once"):
        Scale.model_validate({"name": "RAG", "ratings": [rating("amber"), rating("green"), rating("amber")]})


@pytest.mark.parametrize("code", ["total", "unrated"])
def test_no_rating_is_called_by_a_word_that_comparisons_use(code):
    with pytest.raises(ValidationError, match=f"'{code}' cannot be a rating code"):
        Scale.model_validate({"name": "RAG", "ratings": [rating(code)]})


def test_a_scale_may_have_no_ratings_and_at_most_twenty():
    assert Scale.model_validate({"name": "None", "ratings": []}).ratings == ()
    with pytest.raises(ValidationError, match="at most 20"):
        Scale.model_validate({"name": "Long", "ratings": [rating(str(code)) for code in range(21)]})


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "d4351c"])
def test_a_colour_is_six_hexadecimal_digits(colour):
    with pytest.raises(ValidationError, match="colour"):
        Scale.model_validate({"name": "RAG", "ratings": [rating("red", colour=colour)]})


def test_a_scale_orders_its_ratings_worst_first():
    scale = Scale.model_validate(SCALE)
    assert scale.direction("amber", "green") == "better"
    assert scale.direction("completed", "red") == "worse"
    assert scale.direction("red", "red") == scale.direction(None, None) == scale.direction("gone", "gone") == "same"
    assert scale.direction(None, "red") is scale.direction("red", None) is scale.direction("gone", "red") is None
    assert scale.find("blue") is None
    assert [one.code for one in Scale.model_validate(GRADES).ratings] == ["4", "3", "2", "1"]
