"""The committee's paper: the report of progress that goes to a board, with its appendices."""

from collections.abc import Iterator

from api.papers.chart import alternative, over_time_table, ratings_chart
from api.papers.compose.action_tables import actions_table
from api.papers.compose.comparison_paper import (
    changes_table,
    comparison_data,
    due_by,
    due_table,
    previous_against_current,
)
from api.papers.compose.history_paper import presented_blocks, versions_blocks
from api.papers.compose.overdue_paper import overdue_table
from api.papers.compose.parts import NONE, Tags, figures, line, lines, paper_between, per_cent, tag
from api.papers.compose.plan_paper import assurance_blocks, key_blocks, measures_table, priority_title
from api.papers.paper import Block, Cell, Column, Day, Heading, PageBreak, Paper, Picture, Prose, Table, table_of
from api.papers.wording import NOT_RATED, count, day_in_words, safe_text, version_words
from api.papers.wording_lines import undated_words
from projections.committee_paper import CommitteePaperDocument, SummaryLine

_AWAITING = [
    Column("No."), Column("Action", 5), Column("Rating that counts", 1.7), Column("Awaits confirmation", 1.7),
    Column("Rated on", 1.3), Column("Rated by", 2),
]  # fmt: skip


def committee_paper(document: CommitteePaperDocument) -> Paper:
    """The report of progress: the whole plan, each priority, and what changed; as data, the comparison."""
    measures: list[Block] = []
    if document["measures"]:
        measures = [Heading("Measures"), measures_table(document["measures"])]
    blocks: list[Block] = [
        Heading("Purpose"),
        Prose(_purpose(document)),
        *key_blocks("Key to ratings", document["ratings"]),
        Heading("Summary of ratings"),
        *(Prose(lines(sentence)) for sentence in document["opening"]),
        _summary(document),
        *_awaiting(document),
        Picture(ratings_chart(document["over_time"]), alternative(document["over_time"])),
        Heading("Previous against current"),
        *previous_against_current(document["comparison"]),
        Heading(due_by(document["comparison"]), 2),
        due_table(document["comparison"]),
        Heading("Progress by priority"),
        *_priorities(document),
        *_overdue(document),
        *measures,
        PageBreak(),
        *_appendices(document),
    ]
    data = comparison_data(document["comparison"])
    return paper_between(document, "paper", ["Report of progress", *_versions(document)], blocks, data)


def _versions(document: CommitteePaperDocument) -> Iterator[str]:
    """The document version in force, and the one compared with it if the previous point shows exactly that version."""
    if version := document["document_version"]:
        yield version_words(version)
    if (against := document["previous_version"]) and against["frozen"]:
        issued = day_in_words(against["issued_on"])
        yield f"Compared with document version {safe_text(against['label'])}, issued {issued}"


def _purpose(document: CommitteePaperDocument) -> str:
    total = document["comparison"]["totals"]["total"]["current"]
    days = [day_in_words(document[name]["effective_on"]) for name in ("previous", "current")]
    return (
        f"To report how the plan stood on {days[1]} and what had changed since {days[0]}. The ratings of its "
        f"{count(total, 'action')} on the two days are set side by side; every action whose rating is a concern is "
        "listed with its progress, and the appendices say which ratings changed and how the document came to be."
    )


def _summary(document: CommitteePaperDocument) -> Table:
    figured = figures("Previous", "Current", "Difference", "Previous, % of all", "Current, % of all")
    rows = [[_rated(summed), *_counts(summed)] for summed in document["summary"]]
    rows.append(["All actions", *_counts(document["total"])])
    return table_of(
        "Actions by rating, previous and current", [Column("Rating", 2), *figured], rows, sheet="Summary", totals=True
    )


def _rated(summed: SummaryLine) -> Cell:
    return NOT_RATED if summed["label"] is None else tag(summed["label"], summed["colour"])


def _counts(summed: SummaryLine) -> list[Cell]:
    shares = map(per_cent, (summed["previous_share"], summed["current_share"]))
    return [summed["previous"], summed["current"], summed["difference"], *shares]


def _awaiting(document: CommitteePaperDocument) -> Iterator[Block]:
    """The ratings that await confirmation by a second person: the action, who gave the rating and when."""
    if not (awaiting := document.get("awaiting")):
        return
    tags = Tags(document)
    rows: list[list[Cell]] = [
        [
            line(one["action"]),
            lines(one["text"]),
            tags(one["rating"]),
            tags.labels(one["awaiting"]["rating"]),
            Day(one["awaiting"]["rated_on"]),
            line(one["awaiting"]["rated_by"]),
        ]
        for one in awaiting
    ]
    yield table_of("Ratings that await confirmation by a second person", _AWAITING, rows, sheet="Awaiting")


def _priorities(document: CommitteePaperDocument) -> Iterator[Block]:
    tags = Tags(document)
    for priority in document["priorities"]:
        title = priority_title(document["priority_word"], priority["number"], priority["title"])
        yield Heading(title, 2)
        yield from assurance_blocks(priority["assurance"])
        yield Prose(lines(priority["narrative"]))
        if priority["concerns"]:
            under = line(priority["number"]), line(priority["title"])
            caption = f"Actions of concern in {title}"
            yield actions_table(caption, priority["concerns"], tags, sheet="Concerns", under=under)


def _overdue(document: CommitteePaperDocument) -> Iterator[Block]:
    overdue = document["overdue"]
    yield Heading(f"{count(len(overdue['overdue']), 'action')} overdue")
    if overdue["overdue"]:
        yield overdue_table(overdue)
    if undated := undated_words(overdue):
        yield Prose(undated)


def _appendices(document: CommitteePaperDocument) -> Iterator[Block]:
    yield Heading("Appendix A: ratings that changed, or remain a concern")
    yield changes_table(document["comparison"]) if document["comparison"]["changes"] else Prose(NONE)
    yield Heading("Appendix B: document history")
    yield from (*versions_blocks(document["history"], 2), *presented_blocks(document["history"], 2))
    yield Heading("Appendix C: ratings over time")
    yield over_time_table(document["over_time"])
