"""One event of the record as a paper: its content, who recorded it when, and whether it still counts."""

from api.papers.compose.parts import line, lines, paper_of_record, tag
from api.papers.compose.trail_paper import trail_data
from api.papers.paper import Block, Cell, Day, Facts, Heading, Instant, Paper, Piece, Prose, Text
from api.papers.wording import Labels, safe_text
from api.papers.wording_events import (
    event_basis,
    event_command,
    event_fields,
    source_words,
    withdrawal_words,
)
from api.papers.wording_lines import lateness
from domain.events import kind_in_words
from projections.event import EventDocument
from projections.trail import TrailEntry


def event_paper(document: EventDocument) -> Paper:
    """One event; as data, its row of the trail."""
    event, basis = document["event"], event_basis(document)
    sentence = safe_text(event["sentence"])
    blocks: list[Block] = [Prose(Text((Piece(sentence, "struck" if event["withdrawal"] else "strong"),)))]
    if withdrawn := withdrawal_words(event):
        blocks.append(Prose(f"{withdrawn} (event {event['withdrawn_by']}).", strong=True))
    if target := document["withdrawn"]:
        struck = Piece(safe_text(target["sentence"]), "struck")
        blocks.append(Prose(Text((Piece(f"It withdrew event {target['version']}: "), struck))))
    blocks += [Heading("When, and by whom"), _envelope(event)]
    if fields := _fields(document):
        blocks += [Heading("What it says"), Facts("What the event says", fields)]
    what = f"Event {event['version']}: {kind_in_words(event['type'])}"
    again, data = event_command(document), trail_data([event])
    return paper_of_record(document, again, what, basis, basis.rstrip("."), blocks, data, landscape=False)


def _envelope(event: TrailEntry) -> Facts:
    late = lateness(event)
    recorded: Cell = Instant(event["recorded_at"])
    facts: list[tuple[str, Cell]] = [
        ("True from", Day(event["effective_on"])),
        ("Recorded", (recorded, Text((Piece(late, "strong"),))) if late else recorded),
        ("Recorded by", line(event["recorded_by"])),
        ("Reason", lines(event.get("reason"))),
        ("Taken from", source_words(event)),
        ("Record number", event["version"]),
        ("Position in the ledger", event["position"]),
        ("Event id", event["event_id"]),
    ]
    return Facts("When the event was true, and who recorded it when", tuple(fact for fact in facts if fact[1] != ""))


def _fields(document: EventDocument) -> tuple[tuple[str, Cell], ...]:
    event = document["event"]
    fields = dict[str, Cell](event_fields(event, document["priority_word"], Labels(document)))
    if event.get("rating") and document["ratings"]:
        rating = document["ratings"][0]
        fields["Rating"] = tag(rating["label"], rating["colour"])
    return tuple(fields.items())
