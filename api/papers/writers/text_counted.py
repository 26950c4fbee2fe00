"""The actions behind a figure, and one event of the record, in the terminal."""

from rich.console import Group
from rich.text import Text

from api.papers.wording import Labels, as_at, as_at_both, day_in_words, due_in_words, instant_in_words
from api.papers.wording_counted import counted_words, events_behind, figure_words, is_moving, signed, what_moved
from api.papers.wording_events import (
    event_basis,
    event_command,
    event_fields,
    kind_in_words,
    source_words,
    withdrawal_words,
)
from api.papers.wording_lines import lateness
from api.papers.writers.text_blocks import Key, joined, kept_whole, line, lines, page, table, title_block, with_awaiting
from projections.counted import CountedDocument
from projections.event import EventDocument


def counted_text(document: CountedDocument) -> Group:
    """The actions behind a figure of a comparison, a row for each."""
    query, key = document["query"], Key.of(document)
    moving = is_moving(document)
    points = [document["previous"], document["current"]]
    sentence = as_at_both(*points) if moving else as_at(points[query["when"] == "current"])
    parts = title_block(document["title"], [document["organisation"], "The actions behind a figure"], sentence)
    parts += [Text(), line(f"{counted_words(document)}.", "bold")]
    if said := figure_words(document):
        parts.append(line(said))
    moved = ["What happened", "Counts"] if moving else []
    rows = table("No.", "Action", document["priority_word"], "Rating", *moved, "Due", "Event")
    for entry in document["actions"]:
        due = joined([line(due_in_words(entry["timescale"])), "overdue" if entry["overdue"] else ""])
        rating = with_awaiting(key(entry["rating"]), entry, key)
        happened = [what_moved(entry, document["priority_word"]), signed(entry)] if moving else []
        rows.add_row(
            line(entry["action"]), lines(entry["text"]), line(entry["priority"]), rating,
            *happened, due, events_behind(entry, moving=moving),
        )  # fmt: skip
    parts += [Text(), kept_whole(rows)] if document["actions"] else [line("No action is counted here.")]
    return page(*parts)


def event_text(document: EventDocument) -> Group:
    """One event: what it says, who recorded it when, and whether it still counts."""
    event = document["event"]
    what = f"Event {event['version']}: {kind_in_words(event).lower()}"
    parts = title_block(document["title"], [document["organisation"], what], event_basis(document))
    parts += [Text(), line(event["sentence"], "strike" if event["withdrawal"] else "bold")]
    if withdrawn := withdrawal_words(event):
        parts.append(line(f"{withdrawn} (version {event['withdrawn_by']})."))
    if document["withdrawn"]:
        parts.append(line(f"It withdrew version {document['withdrawn']['version']}:"))
        parts.append(line(document["withdrawn"]["sentence"], "strike"))
    facts = table("", "")
    facts.show_header = False
    recorded = joined([instant_in_words(event["recorded_at"]), lateness(event)])
    for name, said in (
        ("True from", day_in_words(event["effective_on"])),
        ("Recorded", recorded),
        ("Recorded by", event["recorded_by"]),
        ("Reason", event.get("reason") or ""),
        ("Taken from", source_words(event)),
        ("Position", str(event["position"])),
        ("Event id", event["event_id"]),
        *event_fields(event, document["priority_word"], Labels(document)),
    ):
        if said:
            facts.add_row(line(name, "bold"), said if isinstance(said, Text) else lines(str(said)))
    parts += [Text(), facts, Text(), line(f"To make it again: {event_command(document)}", "dim")]
    return page(*parts)
