"""The lists in Markdown: plans, what is overdue, gaps, measures, assurance, and texts nobody has touched."""

from api.papers.markdown_blocks import footer, md, md_lines, paper, table
from api.papers.wording import NOT_RATED, Labels, as_at, count, day_in_figures, fixed
from api.papers.wording_lines import (
    NEVER_MADE,
    assurance_words,
    cycle_words,
    days_moved,
    due_as_written,
    rescheduling_words,
    undated_words,
)
from projections.assurance import AssurancesDocument
from projections.gaps import GapsDocument
from projections.measures import MeasureHistory, MeasuresDocument
from projections.overdue import OverdueDocument
from projections.register import RegisterDocument, RegisterEntry
from projections.stale_text import StaleDocument


def register_markdown(document: RegisterDocument) -> str:
    """The plans, each with how it stands."""
    columns = [
        "Plan",
        "Title",
        "Organisation",
        "Status",
        "Version",
        "Actions",
        "Ratings",
        "Overdue",
        "Presented",
        "Point",
    ]
    rows = [_entry(entry) for entry in document["plans"]]
    blocks = [table(columns, rows, [5, 7])] if rows else []
    return paper("Improvement plans", [], f"{count(len(rows), 'plan')}.", blocks, footer("asat plans"))


def _entry(entry: RegisterEntry) -> list[str]:
    version, presented = entry["document_version"], entry["presented"]
    ratings = [f"{rating['count']} {md(rating['label'])}" for rating in entry["ratings"] if rating["count"]]
    if entry["unrated"]:
        ratings.append(f"{entry['unrated']} {NOT_RATED.lower()}")
    return [
        md(entry["plan"]),
        md(entry["title"]),
        md(entry["organisation"]),
        entry["status"],
        f"{md(version['label'])}, {day_in_figures(version['issued_on'])}" if version else "",
        str(entry["actions"]),
        "<br>".join(ratings),
        str(entry["overdue"]),
        f"{md(presented['forum'])}, {day_in_figures(presented['on'])}" if presented else "",
        fixed(entry["point"]),
    ]


def overdue_markdown(document: OverdueDocument) -> str:
    """The overdue actions, then every one that was rescheduled, with who approved it."""
    labels, point = Labels(document), document["point"]
    overdue = [
        [
            md(late["number"]),
            md_lines(late["text"]),
            md(labels(late["rating"])),
            md(due_as_written(late["timescale"], late["due"])),
            md(late["original"]),
            str(late["days_overdue"]),
            "<br>".join(map(md, late["leads"])),
        ]
        for late in document["overdue"]
    ]
    rescheduled = [
        [
            md(moved["number"]),
            md_lines(moved["text"]),
            md(moved["original"]["text"]),
            md(moved["current"]["text"]),
            days_moved(moved["days"]),
            "<br>".join(md(rescheduling_words(change)) for change in moved["approvals"]),
        ]
        for moved in document["rescheduled"]
    ]
    blocks = [f"## {count(len(overdue), 'action')} overdue"]
    if overdue:
        blocks.append(table(["No.", "Action", "Rating", "Due", "Originally", "Days", "Lead"], overdue, [5]))
    blocks.append(f"## {count(len(rescheduled), 'action')} rescheduled")
    if rescheduled:
        blocks.append(table(["No.", "Action", "Original", "Now", "Days", "Changes"], rescheduled, [4]))
    blocks.append(undated_words(document))
    under = [document["organisation"], "Overdue actions"]
    command = f"asat overdue {document['plan']} --at {fixed(point)}"
    return paper(document["title"], under, as_at(point), blocks, footer(command, point))


def gaps_markdown(document: GapsDocument) -> str:
    """The recommendations that no action answers."""
    point = document["point"]
    rows = [
        [
            md(gap["number"]),
            md_lines(gap["text"]),
            md(gap["made_by"] or ""),
            day_in_figures(gap["made_on"]) if gap["made_on"] else "",
            md(gap["why"]),
        ]
        for gap in document["gaps"]
    ]
    blocks = [f"## {len(rows)} of {count(document['recommendations'], 'recommendation')} not answered"]
    if rows:
        blocks.append(table(["No.", "Recommendation", "Made by", "Made on", "Why"], rows))
    if document["unknown"]:
        unknown = [
            [md(one["recommendation"]), md(one["priority"]), md(one["title"]), NEVER_MADE]
            for one in document["unknown"]
        ]
        blocks.append(f"## {count(len(unknown), 'answer')} to a recommendation never made")
        blocks.append(table(["Recommendation", md(document["priority_word"]), "Title", "Why"], unknown))
    command = f"asat gaps {document['plan']} --at {fixed(point)}"
    under = [document["organisation"], "Recommendations that no action answers"]
    return paper(document["title"], under, as_at(point), blocks, footer(command, point))


def measures_markdown(document: MeasuresDocument) -> str:
    """Each measure with its baseline, its target and every value reported."""
    point = document["point"]
    blocks = [block for measure in document["measures"] for block in _measure(measure)]
    command = f"asat measures {document['plan']} --at {fixed(point)}"
    said = blocks or ["No measures are defined."]
    under = [document["organisation"], "Measures"]
    return paper(document["title"], under, as_at(point), said, footer(command, point))


def _measure(measure: MeasureHistory) -> list[str]:
    named = {"Unit": measure["unit"], "Baseline": measure["baseline"], "Target": measure["target"]}
    rows = [
        [md(reading["period"]), md(reading["value"]), md(reading["standing"] or ""), day_in_figures(reading["on"])]
        for reading in measure["readings"]
    ]
    return [
        f"## {md(measure['title'])}",
        ". ".join(f"{name}: {md(said)}" for name, said in named.items() if said),
        table(["Period", "Value", "Standing", "Reported"], rows) if rows else "No value has been reported.",
    ]


def assurance_markdown(document: AssurancesDocument) -> str:
    """The assurance on each priority, and what it was before."""
    point = document["point"]
    rows = [
        [
            md(priority["priority"]),
            md(priority["title"]),
            md(assurance_words(priority["assurance"])),
            "<br>".join(md(assurance_words(said)) for said in priority["earlier"]),
        ]
        for priority in document["priorities"]
    ]
    blocks = [table([md(document["priority_word"]), "Title", "Assurance", "Before that"], rows)]
    command = f"asat assurance {document['plan']} --at {fixed(point)}"
    under = [document["organisation"], "Assurance"]
    return paper(document["title"], under, as_at(point), blocks, footer(command, point))


def stale_markdown(document: StaleDocument) -> str:
    """The progress texts that are out of date, and the actions nobody has reported on."""
    point = document["point"]
    stale = [
        [
            md(one["number"]),
            md_lines(one["text"]),
            day_in_figures(one["reported_on"]),
            str(one["age_days"]),
            md(one["why"]),
        ]
        for one in document["stale"]
    ]
    silent = [
        [md(one["number"]), md_lines(one["text"]), day_in_figures(one["added_on"]), str(one["age_days"])]
        for one in document["silent"]
    ]
    blocks = [cycle_words(document), f"## {count(len(stale), 'text')} out of date"]
    if stale:
        blocks.append(table(["No.", "Progress as it stands", "Reported", "Days", "Why"], stale, [3]))
    blocks.append(f"## {count(len(silent), 'action')} never reported on")
    if silent:
        blocks.append(table(["No.", "Action", "Added", "Days"], silent, [3]))
    under = [document["organisation"], "Out-of-date texts"]
    command = f"asat stale {document['plan']} --at {fixed(point)}"
    return paper(document["title"], under, as_at(point), blocks, footer(command, point))
