"""Reading what is proposed, and writing what was recorded."""

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from domain.envelopes import Recorded, read_lines, read_proposal, read_proposal_json
from domain.events import EVENTS
from domain.instants import instant_text
from domain.refusals import NotAnEvent
from tests.kit import MARCH, in_error, rated

TODAY = date(2021, 2, 1)
ID = "0b6f0a3e-6a55-4f0e-9d9b-0d6c1b1f7a11"
RATED = {"type": "ActionRated", "plan": "sunderland", "action": "2.4", "rating": "green"}


def read(**fields):
    return read_proposal({**RATED, **fields}, TODAY)


def problems(data, **more):
    with pytest.raises(NotAnEvent) as refused:
        if isinstance(data, str | bytes):
            read_proposal_json(data, TODAY, **more)
        else:
            read_proposal(data, TODAY, **more)
    assert str(refused.value).encode("utf-8", "strict"), "a problem can be printed"
    return [(field, sentence) for _, field, sentence in refused.value.problems]


def problem(data, **more):
    (only,) = problems(data, **more)
    return only


# What is read


def test_a_proposal_names_its_plan_its_event_and_perhaps_its_id():
    proposal = read(effective_on="2019-03-15", event_id=ID)
    assert (proposal.plan, proposal.event, proposal.event_id) == ("sunderland", rated("2.4", "green"), UUID(ID))
    assert proposal.assumed == frozenset()


def test_the_day_is_today_where_it_is_left_out():
    proposal = read()
    assert (proposal.event.effective_on, proposal.assumed) == (TODAY, {"effective_on"})
    assert read(effective_on=None) == proposal


def test_the_plan_may_be_named_by_the_address_alone():
    without = {name: value for name, value in RATED.items() if name != "plan"}
    assert read_proposal(without, TODAY, "sunderland").plan == "sunderland"
    assert read_proposal(RATED, TODAY, "sunderland").plan == "sunderland"


def test_null_says_no_more_than_leaving_a_field_out():
    with_nulls = read(reason=None, source={"title": "Report", "reference": None, "published_on": None}, event_id=None)
    without = read(source={"title": "Report"})
    assert with_nulls == without
    assert with_nulls.event.model_dump_json(exclude_unset=True) == without.event.model_dump_json(exclude_unset=True)


def test_null_in_a_scale_is_left_out_too():
    scale = {"name": "RAG", "ratings": [{"code": "red", "label": "Red", "meaning": None, "colour": None}]}
    event = read_proposal({"type": "ScaleAdopted", "plan": "p", "scale": scale}, TODAY).event
    assert '"colour"' not in event.model_dump_json(exclude_unset=True)


def test_null_where_something_is_needed_is_missing():
    assert problem({**RATED, "rating": None}) == ("rating", "ActionRated needs this field")
    assert problem({**RATED, "evidence": [None]})[0] == "evidence.0"


def test_what_was_proposed_is_not_changed_by_reading_it():
    data = {**RATED, "source": {"title": "Report", "reference": None}}
    before = json.dumps(data)
    read_proposal(data, TODAY)
    assert json.dumps(data) == before


# What is refused


def test_an_unknown_field_is_refused_with_the_nearest_one():
    assert problem({**RATED, "evidnce": ["Audit"]}) == (
        "evidnce",
        "ActionRated has no such field; did you mean evidence? ActionRated takes action, rating, evidence",
    )
    assert problem({**RATED, "zzzzzz": 1}) == (
        "zzzzzz",
        "ActionRated has no such field; ActionRated takes action, rating, evidence",
    )


def test_what_the_ledger_adds_is_not_proposed():
    for field in ("position", "recorded_at", "recorded_by"):
        assert "has no such field" in problem({**RATED, field: 1})[1]


def test_an_unknown_event_is_refused_with_the_nearest_one():
    assert problem({"type": "ActionRatd"}) == ("type", "there is no event 'ActionRatd'; did you mean ActionRated?")
    assert "the events are PlanOpened, ScaleAdopted" in problem({"type": "Zzz"})[1]
    assert "there is no event '['ActionRated']'" in problem({"type": ["ActionRated"]})[1].replace('"', "'")


def test_an_event_says_which_it_is():
    assert problem({"plan": "p"}) == ("type", "say which event it is, such as ActionRated")
    assert problem({"type": None, "plan": "p"})[0] == "type"


def test_every_missing_field_is_named():
    found = problems({"type": "ActionRated", "plan": "p"})
    assert found == [("action", "ActionRated needs this field"), ("rating", "ActionRated needs this field")]


def test_an_event_is_for_a_plan():
    assert problem({"type": "PlanClosed"}) == ("plan", "say which plan the event is for")
    assert problem({"type": "PlanClosed", "plan": "a"}, plan="b")[1] == "the event names plan 'a', its address 'b'"


@pytest.mark.parametrize("slug", ["", "Sunderland", "a b", "a_b", "-a", "a-", "a/b", "á", "x" * 64, 5, ["a"]])
def test_a_plan_has_a_name_that_can_stand_in_an_address(slug):
    assert "cannot name a plan" in problem({"type": "PlanClosed", "plan": slug})[1]


@pytest.mark.parametrize("event_id", ["", "x", "0b6f0a3e", 5, {"a": 1}, [ID], "\ud800"])
def test_an_event_id_is_a_uuid(event_id):
    field, sentence = problem({**RATED, "event_id": event_id})
    assert field == "event_id"
    assert "is not a UUID" in sentence


@pytest.mark.parametrize("data", [None, 5, "ActionRated", [RATED], True])
def test_an_event_is_an_object(data):
    assert "an event is a JSON object" in problem(json.dumps(data))[1]


@pytest.mark.parametrize("line", ["", "{", "nul", '{"type": NaN}'])
def test_what_is_not_json_is_refused_in_a_sentence(line):
    assert "this is not JSON" in problem(line)[1]


@pytest.mark.parametrize("depth", [10, 100, 300, 600, 900, 100_000])
def test_what_is_nested_deeply_is_refused_in_a_sentence(depth):
    lists, objects = "[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth
    for nested in (lists, objects):
        assert problems(nested)
        assert problems(f'{{"type": {nested}}}')
        for field in ("plan", "event_id", "effective_on", "source", "text", "nosuch"):
            assert problems(f'{{"type": "ProgressReported", "plan": "p", "action": "2.4", "{field}": {nested}}}'), field


def test_a_number_too_large_is_no_version():
    assert problem('{"type": "EventWithdrawn", "plan": "p", "version": 1e999}')[0] == "version"


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x1b", "\x7f", "\x9b", "\uffff"])
def test_a_control_character_is_refused_by_the_name_of_its_field(character):
    field, sentence = problem({**RATED, "reason": f"a{character}"})
    assert field == "reason"
    assert "holds a character that cannot stand here" in sentence
    assert character not in sentence


def test_half_a_character_is_refused_wherever_it_stands():
    assert problem({**RATED, "reason": "\ud800"}) == (
        "reason",
        "this holds half a character; write the character itself",
    )
    for line in (
        '{"type":"\\ud800"}',
        '{"type":"PlanClosed","plan":"\\ud800"}',
        '{"type":"PlanClosed","plan":"p","\\udfff":1}',
    ):
        assert "half a character" in problem(line)[1]


def test_what_was_sent_is_not_sent_back_at_any_length():
    long = "x" * 100_000
    for fields in ({"event_id": {"a": long}}, {"event_id": long}, {long: 1}, {"rating": long}, {"plan": long}):
        assert len(problem({**RATED, **fields})[1]) < 300
    with pytest.raises(NotAnEvent, match=r"and \d+ more$") as refused:
        read(**{f"field-{place}": 1 for place in range(900)})
    assert len(str(refused.value)) < 2000


def test_a_number_is_whole_however_it_is_written():
    line = '{"type": "EventWithdrawn", "plan": "p", "version": %s, "reason": "Typed twice"}'
    for number in ("290", "290.0", "2.9e2"):
        assert read_proposal_json(line % number, TODAY).event == in_error(290, TODAY, reason="Typed twice")
    for number in ("290.5", "true", '"290"', "-1", "0.0"):
        assert problem(line % number)[0] == "version"


def test_a_text_of_ten_thousand_characters_passes():
    line = json.dumps({**RATED, "reason": "é" * 10_000})
    assert len(read_proposal_json(line, TODAY).event.reason or "") == 10_000


def test_a_look_alike_letter_is_refused():
    assert problem({**RATED, "rating": "\u0430mber"})[0] == "rating"


def test_a_code_given_twice_is_refused_by_name():
    ratings = [{"code": "red", "label": "Red"}, {"code": "red", "label": "Rot"}]
    field, sentence = problem({"type": "ScaleAdopted", "plan": "p", "scale": {"name": "RAG", "ratings": ratings}})
    assert (field, "the scale has the code 'red' more than once" in sentence) == ("scale", True)


def test_a_date_in_another_form_is_refused_with_the_form():
    assert problem({**RATED, "effective_on": "31/05/2019"}) == ("effective_on", "write the day as 2019-05-31")


SCALE = {"name": "RAG", "ratings": [{"code": "red", "label": "Red"}]}


def with_rating(**fields):
    return {"type": "ScaleAdopted", "scale": {**SCALE, "ratings": [{"code": "red", "label": "Red", **fields}]}}


MISTAKES = [
    ({"action": 1.1}, "action", 'write it in quotation marks: "1.1"'),
    ({"action": True}, "action", 'write it in quotation marks, such as "2.4"'),
    ({"action": ""}, "action", "must not be empty"),
    ({"action": "2 4"}, "action", "'2 4' is not a number as the paper prints it, such as 2.4 or 6.1a"),
    ({"evidence": "Minutes of É"}, "evidence", 'write a list: ["Minutes of É"]'),
    ({"evidence": {}}, "evidence", 'write a list: ["Minutes"]'),
    ({"evidence": [" "]}, "evidence.0", "must not be empty"),
    ({"evidence": ["x" * 501]}, "evidence.0", "at most 500 characters"),
    ({"evidence": ["a\nb"]}, "evidence.0", "'a\\nb' holds a character that cannot stand here (a line break, U+000A); "),
    ({"reason": "a\x08"}, "reason", "(a control character, U+0008); leave it out"),
    ({"reason": "x" * 20_001}, "reason", "at most 20,000 characters"),
    ({"rating": "Amber"}, "rating", "short names are lower case, such as amber; did you mean 'amber'?"),
    ({"rating": "Not started"}, "rating", "did you mean 'not-started'?"),
    ({"rating": "!"}, "rating", "'!' is not a short name: lower-case letters and digits"),
    ({"source": "Report"}, "source", "write an object with the fields title, reference, published_on: {...}"),
    ({"source": {}}, "source.title", "Source needs this field"),
    ({"source": {"title": "a", "titl": "b"}}, "source.titl", "Source has no such field; did you mean title? Source "),
    ({"effective_on": "2019-02-30"}, "effective_on", "'2019-02-30' is not a day of the calendar; write the day as"),
    ({"effective_on": [2019]}, "effective_on", "write the day as 2019-05-31, in quotation marks"),
    ({"efective_on": "2019-05-31"}, "efective_on", "did you mean effective_on?"),
    ({"type": "ScaleAdopted", "scale": ["red"]}, "scale", "write an object with the fields name, ratings"),
    ({"type": "ScaleAdopted", "scale": {"name": "RAG", "ratings": "red"}}, "scale.ratings",
     "write a list: [{...}], of objects with the fields code, label, meaning"),
    (with_rating(complete="yes"), "scale.ratings.0.complete", "write true or false, without quotation marks"),
    (with_rating(colour="amber"), "scale.ratings.0.colour", "'amber' is not a colour; write it as #rrggbb"),
    (with_rating(color="#f47738"), "scale.ratings.0.color", "Rating has no such field; did you mean colour? Rating "),
    ({"type": "EventWithdrawn", "version": "12"}, "version", "write a whole number without quotation marks"),
    ({"type": "EventWithdrawn", "version": 0}, "version", "write a whole number of at least 1"),
    ({"type": "EventWithdrawn", "version": 10**13}, "version", "write a whole number of at most 1000000000000"),
    ({"type": "ActionReassigned", "action": "1", "leads": []}, "leads", "the list must not be empty"),
    ({"type": "EvidenceAdded", "action": "1", "title": "a", "sha256": "ABC"}, "sha256", "its 64 hexadecimal digits"),
    ({"type": "PlanClosed", "on": 1}, "on", "PlanClosed takes only effective_on, reason, source"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "field", "words"), MISTAKES)
def test_a_common_mistake_is_told_what_to_write(said, field, words):
    data = {**({} if "type" in said else RATED), "plan": "p", **said}
    named, sentence = problem(data)
    assert (named, words in sentence) == (field, True), sentence


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("value", [1, 1.5, -1, True, "", " ", "É!\n", "x" * 30_000, [], [1], [{}], {}, {"a": 1}, ["É"]])
def test_no_sentence_is_in_the_words_of_the_library(kind, value):
    for field in EVENTS[kind].model_fields:
        try:
            read_proposal({"type": kind, "plan": "p", field: value}, TODAY)
        except NotAnEvent as refused:
            for _, _, sentence in refused.problems:
                assert not re.search(r"Input|should|valid|instance|pattern|String|Field|Tuple", sentence), sentence
                assert len(sentence) < 300


def test_a_file_that_is_not_of_lines_is_told_what_a_file_of_events_is():
    for line in (b"plan,type,action", b"{", b'"type": "ActionRated",'):
        with pytest.raises(NotAnEvent, match=r"^line 1: this is not JSON .*; a file of events holds one whole JSON"):
            read_lines([line], TODAY)


def test_a_plan_in_capitals_is_told_its_name():
    assert "did you mean 'stockton-ilacs'?" in problem({"type": "PlanClosed", "plan": "Stockton ILACS"})[1]


# What was recorded


def test_a_record_is_its_envelope_and_what_was_said():
    at = datetime(2021, 6, 4, 10, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    recorded = Recorded("sunderland", 6, 212, at, "Clerk", UUID(ID), rated("2.4", "green"))
    assert list(recorded.fields().items()) == [
        ("plan", "sunderland"), ("version", 6), ("position", 212), ("recorded_at", "2021-06-04T09:00:00.000005Z"),
        ("recorded_by", "Clerk"), ("event_id", ID), ("type", "ActionRated"), ("effective_on", "2019-03-15"),
        ("action", "2.4"), ("rating", "green"),
    ]  # fmt: skip
    assert recorded.event.effective_on == MARCH


def test_an_instant_is_written_in_one_form():
    assert instant_text(datetime(2021, 6, 4, 9, tzinfo=UTC)) == "2021-06-04T09:00:00.000000Z"


@pytest.mark.parametrize(
    ("instant", "written"),
    [
        (datetime(1, 1, 2, 0, 1, 15, tzinfo=UTC), "0001-01-02T00:01:15.000000Z"),
        (datetime(999, 12, 31, 23, 59, 59, 999999, UTC), "0999-12-31T23:59:59.999999Z"),
        (datetime(2019, 6, 4, 10, 0, 0, 5, timezone(timedelta(hours=1))), "2019-06-04T09:00:00.000005Z"),
    ],
)
def test_the_year_of_an_instant_has_four_digits(instant, written):
    assert instant_text(instant) == written


def test_a_list_in_which_something_is_wrong_is_not_called_empty_too():
    field, _ = problem({"type": "TextRedacted", "plan": "sunderland", "version": 4, "fields": ["Text!"]})
    assert field == "fields.0"
