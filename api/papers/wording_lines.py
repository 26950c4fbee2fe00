"""The words for single lines of the papers: a claim, an event, an assurance, a rescheduling, an inspection."""

import shlex
from collections.abc import Mapping, Sequence

from api.papers.wording import (
    count,
    day_in_figures,
    day_in_words,
    instant_in_figures,
    instant_in_words,
    safe_text,
)
from projections.assurance import AssuranceDocument
from projections.claims import ClaimDocument
from projections.gaps import RecommendationDocument
from projections.inspections import InspectionDocument
from projections.overdue import OverdueDocument, Rescheduling
from projections.replay import PageStep, ReplayDocument
from projections.stale_text import StaleDocument
from projections.trail import TrailDocument, TrailEntry

NEVER_MADE = "no such recommendation was made"


def unreadable_words(plans: Sequence[str]) -> str:
    """The plans that cannot be read: `Plan x cannot be read: see asat check.`"""
    names = ", ".join(map(safe_text, plans))
    return f"{'Plan' if len(plans) == 1 else 'Plans'} {names} cannot be read: see asat check."


def claim_words(claim: ClaimDocument) -> str:
    """The subject of a claim: `No. 8: actions due, rated completed, current`."""
    place = f"No. {safe_text(claim['priority'])}" if claim["priority"] else "Whole plan"
    rating = {None: "", "unrated": ", not rated"}.get(claim["rating"], f", rated {safe_text(claim['rating'] or '')}")
    population = "all actions" if claim["population"] == "all" else f"actions {claim['population']}"
    return f"{place}: {population}{rating}, {claim['at']}"


def what_happened(event: TrailEntry) -> str:
    """An event of the trail in a line: its sentence or, if it has none, its type and main fields."""
    if words := event.get("sentence"):
        return safe_text(words)
    fields = [f"{name} {event[name]}" for name in ("action", "number", "rating", "text") if event.get(name)]
    return safe_text(" ".join([event["type"], *fields]))


def lateness(event: TrailEntry) -> str:
    """The lateness of an event, and the document versions issued before it was recorded; nothing if it was in time."""
    words = [f"{count(event['late_by_days'], 'day')} late"] if event["late_by_days"] else []
    missed = [safe_text(label) for label in event["missing_from"]]
    if len(missed) > 2:
        words.append(f"after {len(missed)} document versions were issued, {missed[0]} to {missed[-1]}")
    elif missed:
        words.append(f"after document version {' and '.join(missed)} {'was' if len(missed) == 1 else 'were'} issued")
    return f"Recorded {', '.join(words)}" if words else ""


def withdrawn_words(event: TrailEntry | PageStep) -> str:
    """A note that an event of the trail was withdrawn; nothing if it counts."""
    return "" if event["withdrawn_by"] is None else f"withdrawn by event {event['withdrawn_by']}"


def withdrawal_words(event: TrailEntry | PageStep) -> str:
    """The withdrawal of an event of the trail: by whom, when and why; nothing if the event counts."""
    if (withdrawal := event["withdrawal"]) is None:
        return ""
    reason = f": {safe_text(withdrawal['reason'])}" if withdrawal["reason"] else ""
    return f"{safe_text(withdrawal['recorded_by'])}, {instant_in_figures(withdrawal['recorded_at'])}{reason}"


def trail_words(document: TrailDocument) -> str:
    """The events on a page of the trail and its basis, in two sentences."""
    events, query = document["events"], document["query"]
    asked = [f" of action {safe_text(query['action'])}"] if query["action"] is not None else []
    if query["recorded_after"] is not None:
        asked.append(f" recorded after {instant_in_words(query['recorded_after'])}")
    if query["late_by"] is not None:
        asked.append(f" late by {count(query['late_by'], 'day')} or more")
    span = f": record numbers {events[0]['version']} to {events[-1]['version']}" if len(events) > 1 else ""
    listed = f"{count(len(events), 'event')}{','.join(asked)}, in the order they were recorded{span}"
    return f"{listed}. As {trail_basis(document).removeprefix('as ')}."


def trail_basis(document: TrailDocument) -> str:
    """The basis of a trail: `as recorded up to record number 289, on 20 November 2026, 13:03 UK time`."""
    return f"as recorded up to record number {document['basis']}, on {instant_in_words(document['known_at'])}"


def more_events(document: TrailDocument | ReplayDocument) -> str:
    """A note that more events follow the page; nothing if none do."""
    return "" if document["next"] is None else f"More events follow after record number {document['next']}."


def page_options(
    document: TrailDocument | ReplayDocument, shown: Sequence[TrailEntry | PageStep]
) -> dict[str, int | None]:
    """The options that give a page of events again; an empty page begins after the last event."""
    first = shown[0]["version"] if shown else document["basis"] + 1
    return {
        "--after": first - 1 or None,
        "--limit": None if document["next"] is None else len(shown),
        "--up-to": document["basis"],
    }


def written_options(options: Mapping[str, str | int | None]) -> str:
    """Options as written in a command, without those that have no value."""
    return "".join(f" {name} {shlex.quote(str(value))}" for name, value in options.items() if value is not None)


def trail_command(document: TrailDocument) -> str:
    """The command that makes a trail again, unchanged by anything recorded later."""
    page = page_options(document, document["events"])
    # An --after that was not asked for would suggest that earlier events had been left out.
    page["--after"] = page["--after"] if document["before"] else None
    options = {
        "--action": document["query"]["action"],
        "--recorded-after": document["query"]["recorded_after"],
        "--late-by": document["query"]["late_by"],
        **page,
    }
    return f"asat trail {document['plan']}{written_options(options)}"


def replay_command(document: ReplayDocument) -> str:
    """The command that makes a replay again, unchanged by anything recorded later."""
    return f"asat replay {document['plan']}{written_options(page_options(document, document['steps']))}"


def assurance_words(given: AssuranceDocument | None) -> str:
    """A level of assurance, its report and its day."""
    if given is None:
        return "None given"
    report = f", {safe_text(given['report'])}" if given["report"] else ""
    return f"{safe_text(given['level'])}{report} ({day_in_figures(given['on'])})"


def rescheduling_words(change: Rescheduling) -> str:
    """One change of a timescale: its day, the new timescale, who approved it, and why."""
    approved = f"approved by {safe_text(change['approved_by'])}" if change["approved_by"] else "no approval recorded"
    reason = f". {safe_text(change['reason'])}" if change["reason"] else ""
    return f"{day_in_figures(change['on'])}: to {safe_text(change['to'])}, {approved}{reason}"


def cycle_words(document: StaleDocument) -> str:
    """The reporting cycle of the plan; nothing before its second report."""
    days = document["cycle_days"]
    return "" if days is None else f"Between the plan's reports so far lay {count(days, 'day')}, by the median."


def undated_words(document: OverdueDocument) -> str:
    """The number of actions that cannot be overdue because no day is settled for them; nothing if there are none."""
    if not (number := document["undated"]):
        return ""
    has, it = ("has", "it") if number == 1 else ("have", "they")
    return f"{count(number, 'action')} not complete {has} no due date that settles a day, so {it} cannot be overdue."


def answered_by(recommendation: RecommendationDocument, word: str) -> str:
    """The priorities that answer a recommendation: `Priority 2, 5`."""
    numbers = ", ".join(recommendation["answered_by"])
    return safe_text(f"{word} {numbers}") if numbers else "none"


def inspection_lines(inspection: InspectionDocument) -> list[str]:
    """The framework and the days of an inspection, each on a line of its own."""
    words = [safe_text(inspection["framework"] or "")]
    if inspection["inspected_from"]:
        until = f" to {day_in_words(inspection['inspected_to'])}" if inspection["inspected_to"] else ""
        words.append(f"Inspected {day_in_words(inspection['inspected_from'])}{until}")
    if inspection["published_on"]:
        words.append(f"Published {day_in_words(inspection['published_on'])}")
    return [text for text in words if text]


def due_as_written(text: str, day: str) -> str:
    """A due date as written if it has letters; otherwise its last possible day, in figures."""
    return safe_text(text) if any(letter.isalpha() for letter in text) else day_in_figures(day)
