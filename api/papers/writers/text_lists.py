"""The lists in the terminal: plans, what is overdue, gaps, measures, assurance, and texts nobody has touched."""

from rich.console import Group
from rich.text import Text

from api.papers.wording import NOT_RATED, as_at, count, day_in_figures, fixed, safe_text
from api.papers.wording_lines import (
    NEVER_MADE,
    assurance_words,
    cycle_words,
    days_moved,
    due_as_written,
    rescheduling_words,
    undated_words,
    unreadable_words,
)
from api.papers.writers.text_blocks import (
    Key,
    coloured,
    each_of,
    heading,
    joined,
    kept_whole,
    line,
    lines,
    page,
    table,
    title_block,
    with_awaiting,
)
from projections.assurance import AssurancesDocument
from projections.gaps import GapsDocument
from projections.measures import MeasuresDocument
from projections.overdue import OverdueDocument
from projections.register import RegisterDocument, RegisterEntry
from projections.stale_text import StaleDocument


def register_text(document: RegisterDocument) -> Group:
    """The plans, each with how it stands."""
    damaged = [line(unreadable_words(document["unreadable"]))] if "unreadable" in document else []
    if not document["plans"]:
        return page(*(damaged or [line("There are no plans yet.")]))
    rows = table("Plan", "Title", "Actions", "Overdue", numbers=(3,))
    for entry in document["plans"]:
        title: list[Text | str] = [line(entry["title"], "bold"), line(entry["organisation"]), *_standing(entry)]
        # The name to ask by and the point that the figures are of, neither ever broken, so that both can be copied.
        plan = joined([line(entry["plan"], "bold"), fixed(entry["point"])])
        rows.add_row(plan, joined(title), _ratings(entry), str(entry["overdue"]))
    rows.columns[0].no_wrap = rows.columns[2].no_wrap = True
    return page(line("Improvement plans", "bold"), Text(), *damaged, kept_whole(rows))


def _standing(entry: RegisterEntry) -> list[str]:
    version, presented = entry["document_version"], entry["presented"]
    return [
        "Closed" if entry["status"] == "closed" else "",
        f"Version {safe_text(version['label'])}, {day_in_figures(version['issued_on'])}" if version else "",
        f"Presented {day_in_figures(presented['on'])} to {safe_text(presented['forum'])}" if presented else "",
    ]


def _ratings(entry: RegisterEntry) -> Text:
    counts = [
        Text.assemble(f"{rating['count']} ", coloured(rating["label"], rating["colour"]))
        for rating in entry["ratings"]
        if rating["count"]
    ]
    unrated = f"{entry['unrated']} {NOT_RATED.lower()}" if entry["unrated"] else ""
    whole = f"{entry['actions']} in all" if entry["actions"] else "none yet"
    return joined([whole, *counts, unrated])


def overdue_text(document: OverdueDocument) -> Group:
    """The overdue actions, then every one that was rescheduled, with who approved it."""
    key = Key.of(document)
    parts = title_block(document["title"], [document["organisation"], "Overdue actions"], as_at(document["point"]))
    parts.append(heading(f"{count(len(document['overdue']), 'action')} overdue"))
    if document["overdue"]:
        rows = table("No.", "Action", "Rating", "Due", "Days", "Lead", numbers=(4,))
        for late in document["overdue"]:
            was = f"was {safe_text(late['original'])}" if late["original"] != late["timescale"] else ""
            due = joined([due_as_written(late["timescale"], late["due"]), was])
            leads = each_of(late["leads"])
            days = str(late["days_overdue"])
            rating = with_awaiting(key(late["rating"]), late, key)
            rows.add_row(line(late["number"]), lines(late["text"]), rating, due, days, leads)
        parts.append(kept_whole(rows))
    parts.append(heading(f"{count(len(document['rescheduled']), 'action')} rescheduled"))
    if document["rescheduled"]:
        rows = table("No.", "Action", "Original", "Now", "Days", "Changes", numbers=(4,))
        for moved in document["rescheduled"]:
            changes, days = "\n".join(map(rescheduling_words, moved["approvals"])), days_moved(moved["days"])
            original, current = line(moved["original"]["text"]), line(moved["current"]["text"])
            rows.add_row(line(moved["number"]), lines(moved["text"]), original, current, days, lines(changes))
        parts.append(kept_whole(rows))
    if said := undated_words(document):
        parts += [Text(), line(said)]
    return page(*parts)


def gaps_text(document: GapsDocument) -> Group:
    """The recommendations that no action answers."""
    under = [document["organisation"], "Recommendations that no action answers"]
    parts = title_block(document["title"], under, as_at(document["point"]))
    said = f"{len(document['gaps'])} of {count(document['recommendations'], 'recommendation')} not answered"
    parts.append(heading(said))
    if document["gaps"]:
        rows = table("No.", "Recommendation", "Made by", "Made on", "Why")
        for gap in document["gaps"]:
            made_by, why = line(gap["made_by"] or ""), line(gap["why"])
            made_on = day_in_figures(gap["made_on"]) if gap["made_on"] else ""
            rows.add_row(line(gap["number"]), lines(gap["text"]), made_by, made_on, why)
        rows.columns[3].no_wrap = True
        rows.columns[2].max_width = rows.columns[4].max_width = 18
        parts.append(kept_whole(rows))
    if document["unknown"]:
        parts.append(heading(f"{count(len(document['unknown']), 'answer')} to a recommendation never made"))
        unknown = table("Recommendation", document["priority_word"], "Title", "Why")
        for one in document["unknown"]:
            unknown.add_row(line(one["recommendation"]), line(one["priority"]), line(one["title"]), NEVER_MADE)
        parts.append(unknown)
    return page(*parts)


def measures_text(document: MeasuresDocument) -> Group:
    """Each measure with its baseline, its target and every value reported."""
    parts = title_block(document["title"], [document["organisation"], "Measures"], as_at(document["point"]))
    if not document["measures"]:
        parts += [Text(), line("No measures are defined.")]
    for measure in document["measures"]:
        parts.append(heading(measure["title"]))
        named = {"Unit": measure["unit"], "Baseline": measure["baseline"], "Target": measure["target"]}
        if told := ". ".join(f"{name}: {said}" for name, said in named.items() if said):
            parts.append(line(told))
        if not measure["readings"]:
            parts.append(line("No value has been reported."))
            continue
        rows = table("Period", "Value", "Standing", "Reported")
        for reading in measure["readings"]:
            on, standing = day_in_figures(reading["on"]), line(reading["standing"] or "")
            rows.add_row(line(reading["period"]), line(reading["value"]), standing, on)
        parts.append(rows)
    return page(*parts)


def assurance_text(document: AssurancesDocument) -> Group:
    """The assurance on each priority, and what it was before."""
    parts = title_block(document["title"], [document["organisation"], "Assurance"], as_at(document["point"]))
    rows = table(document["priority_word"], "Title", "Assurance", "Before that")
    for priority in document["priorities"]:
        given = assurance_words(priority["assurance"])
        earlier = joined([assurance_words(said) for said in priority["earlier"]])
        rows.add_row(line(priority["priority"]), line(priority["title"]), given, earlier)
    return page(*parts, Text(), rows)


def stale_text(document: StaleDocument) -> Group:
    """The progress texts that are out of date, and the actions nobody has reported on."""
    parts = title_block(document["title"], [document["organisation"], "Out-of-date texts"], as_at(document["point"]))
    if said := cycle_words(document):
        parts.append(line(said))
    parts.append(heading(f"{count(len(document['stale']), 'text')} out of date"))
    if document["stale"]:
        rows = table("No.", "Progress as it stands", "Reported", "Days", "Why", numbers=(3,))
        for stale in document["stale"]:
            on, days, why = day_in_figures(stale["reported_on"]), str(stale["age_days"]), line(stale["why"])
            rows.add_row(line(stale["number"]), lines(stale["text"]), on, days, why)
        rows.columns[2].no_wrap = True
        parts.append(kept_whole(rows))
    parts.append(heading(f"{count(len(document['silent']), 'action')} never reported on"))
    if document["silent"]:
        rows = table("No.", "Action", "Added", "Days", numbers=(3,))
        for silent in document["silent"]:
            on, days = day_in_figures(silent["added_on"]), str(silent["age_days"])
            rows.add_row(line(silent["number"]), lines(silent["text"]), on, days)
        rows.columns[2].no_wrap = True
        parts.append(kept_whole(rows))
    return page(*parts)
