"""The lists as papers: plans, gaps, measures, assurance, and texts nobody has touched."""

from dataclasses import replace

from api.papers.compose.parts import figures, line, lines, paper_of
from api.papers.paper import Block, Cell, Column, Day, Heading, Paper, Prose, table_of
from api.papers.wording import NOT_RATED, as_at, count, day_in_figures, fixed, unended
from api.papers.wording_lines import NEVER_MADE, assurance_words, cycle_words, unreadable_words
from projections.assurance import AssurancesDocument
from projections.gaps import GapsDocument
from projections.measures import MeasureHistory, MeasuresDocument
from projections.register import RegisterDocument, RegisterEntry
from projections.stale_text import StaleDocument


def register_paper(document: RegisterDocument) -> Paper:
    """The plans, each with how it stands."""
    columns = [
        Column("Plan", 2), Column("Title", 3), Column("Organisation", 2), Column("Status"), Column("Version", 1.5),
        *figures("Actions"), Column("Ratings", 2), *figures("Overdue"), Column("Presented", 2.5), Column("Point", 2),
    ]  # fmt: skip
    entries = document["plans"]
    rows = [_entry(entry) for entry in entries]
    table: list[Block] = [table_of("Improvement plans", columns, rows)] if rows else []
    points = tuple(entry["point"] for entry in entries)
    made = "each plan at the point beside it" if points else "no plan was recorded yet"
    said = f"{count(len(rows), 'plan')}."
    if "unreadable" in document:
        said += f" {unreadable_words(document['unreadable'])}"
    return Paper("Improvement plans", (), said, tuple(table), "asat plans", made, landscape=True, points=points)


def _entry(entry: RegisterEntry) -> list[Cell]:
    version, presented = entry["document_version"], entry["presented"]
    ratings = [f"{rating['count']} {line(rating['label'])}" for rating in entry["ratings"] if rating["count"]]
    if entry["unrated"]:
        ratings.append(f"{entry['unrated']} {NOT_RATED.lower()}")
    return [
        line(entry["plan"]),
        line(entry["title"]),
        line(entry["organisation"]),
        entry["status"],
        f"{line(version['label'])}, {day_in_figures(version['issued_on'])}" if version else "",
        entry["actions"],
        tuple(ratings),
        entry["overdue"],
        f"{line(presented['forum'])}, {day_in_figures(presented['on'])}" if presented else "",
        fixed(entry["point"]),
    ]


def gaps_paper(document: GapsDocument) -> Paper:
    """The recommendations that no action answers."""
    point = document["point"]
    rows: list[list[Cell]] = [
        [
            line(gap["number"]),
            lines(gap["text"]),
            line(gap["made_by"]),
            Day(gap["made_on"]) if gap["made_on"] else "",
            line(gap["why"]),
        ]
        for gap in document["gaps"]
    ]
    title = f"{len(rows)} of {count(document['recommendations'], 'recommendation')} not answered"
    blocks: list[Block] = [Heading(title)]
    if rows:
        columns = [
            Column("No."), Column("Recommendation", 6), Column("Made by", 2), Column("Made on", 1.4), Column("Why", 2),
        ]  # fmt: skip
        blocks.append(table_of("Recommendations that no action answers", columns, rows, sheet="Not answered"))
    if document["unknown"]:
        unknown = [
            [line(one["recommendation"]), line(one["priority"]), line(one["title"]), NEVER_MADE]
            for one in document["unknown"]
        ]
        caption = f"{count(len(unknown), 'answer')} to a recommendation never made"
        columns = [Column("Recommendation", 1.5), Column(line(document["priority_word"])), Column("Title", 4)]
        blocks += [Heading(caption), table_of(caption, [*columns, Column("Why", 3)], unknown, sheet="Never made")]
    command = f"asat gaps {document['plan']} --at {fixed(point)}"
    what = ["Recommendations that no action answers"]
    return paper_of(document, what, as_at(point), blocks, command, (point,))


def measures_paper(document: MeasuresDocument) -> Paper:
    """Each measure with its baseline, its target and every value reported."""
    point = document["point"]
    blocks = [block for measure in document["measures"] for block in _measure(measure)]
    command = f"asat measures {document['plan']} --at {fixed(point)}"
    said = blocks or [Prose("No measures are defined.")]
    return paper_of(document, ["Measures"], as_at(point), said, command, (point,))


def _measure(measure: MeasureHistory) -> list[Block]:
    title = line(measure["title"])
    named = {"Unit": measure["unit"], "Baseline": measure["baseline"], "Target": measure["target"]}
    told = ". ".join(f"{name}: {unended(said)}" for name, said in named.items() if said)
    blocks: list[Block] = [Heading(title), *([Prose(told)] if told else [])]
    if not measure["readings"]:
        return [*blocks, Prose("No value has been reported.")]
    columns = [Column("Period", 2), Column("Value", 2), Column("Standing", 2), Column("Reported", 1.2)]
    rows: list[list[Cell]] = [
        [line(reading["period"]), line(reading["value"]), line(reading["standing"]), Day(reading["on"])]
        for reading in measure["readings"]
    ]
    table = table_of(f"Values of {title}", columns, rows, sheet="Measures")
    return [*blocks, replace(table, before_columns=(Column("Measure", 3),), before=(title,))]


def assurance_paper(document: AssurancesDocument) -> Paper:
    """The assurance on each priority, and what it was before."""
    point = document["point"]
    columns = [
        Column(line(document["priority_word"])), Column("Title", 4), Column("Assurance", 4), Column("Before that", 4),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            line(priority["priority"]),
            line(priority["title"]),
            assurance_words(priority["assurance"]),
            tuple(assurance_words(said) for said in priority["earlier"]),
        ]
        for priority in document["priorities"]
    ]
    table = table_of("Assurance on each priority", columns, rows, sheet="Assurance")
    command = f"asat assurance {document['plan']} --at {fixed(point)}"
    return paper_of(document, ["Assurance"], as_at(point), [table], command, (point,))


def stale_paper(document: StaleDocument) -> Paper:
    """The progress texts that are out of date, and the actions nobody has reported on."""
    point = document["point"]
    stale: list[list[Cell]] = [
        [line(one["number"]), lines(one["text"]), Day(one["reported_on"]), one["age_days"], line(one["why"])]
        for one in document["stale"]
    ]
    silent: list[list[Cell]] = [
        [line(one["number"]), lines(one["text"]), Day(one["added_on"]), one["age_days"]] for one in document["silent"]
    ]
    blocks: list[Block] = [Prose(said)] if (said := cycle_words(document)) else []
    blocks.append(Heading(f"{count(len(stale), 'text')} out of date"))
    if stale:
        columns = [Column("No."), Column("Progress as it stands", 6), Column("Reported", 1.4), *figures("Days")]
        caption = "Progress texts that are out of date"
        blocks.append(table_of(caption, [*columns, Column("Why", 3)], stale, sheet="Out of date"))
    blocks.append(Heading(f"{count(len(silent), 'action')} never reported on"))
    if silent:
        columns = [Column("No."), Column("Action", 6), Column("Added", 1.4), *figures("Days")]
        blocks.append(table_of("Actions never reported on", columns, silent))
    command = f"asat stale {document['plan']} --at {fixed(point)}"
    return paper_of(document, ["Out-of-date texts"], as_at(point), blocks, command, (point,))
