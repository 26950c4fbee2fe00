"""A plan as a paper."""

from collections.abc import Iterator, Sequence

from api.papers.compose.action_tables import actions_data, actions_table, every
from api.papers.compose.parts import Tags, line, lines, measured, paper_at, tag
from api.papers.paper import Block, Cell, Column, Heading, Paper, Prose, Table, table_of
from api.papers.wording import day_in_words, key_in_words, not_opened, printed_key, safe_text, version_words
from api.papers.wording_lines import answered_by, inspection_lines
from projections.assurance import AssuranceDocument
from projections.measures import MeasureDocument
from projections.plan_as_at import PlanDocument, PriorityDocument
from projections.scale import RatingDocument


def plan_paper(document: PlanDocument) -> Paper:
    """The plan at a point: its key, its priorities with their actions, and what it answers to; as data, its actions."""
    version = document["document_version"]
    what = [version_words(version)] if version else []
    if document["status"] == "closed":
        what.append("This plan is closed.")
    actions = [action for priority in document["priorities"] for action in every(priority["actions"])]
    outcomes = any(action["outcome"] for action in actions)
    tags = Tags(document)
    blocks = _key(document)
    for priority in document["priorities"]:
        blocks += _priority(priority, document["priority_word"], tags, outcomes)
    blocks += _behind(document)
    left = any(action["status"] in ("closed", "withdrawn") for action in actions)
    placed = [
        (priority["number"], priority["title"], action)
        for priority in document["priorities"]
        for action in priority["actions"]
    ]
    data, options = actions_data(placed, tags.labels), " --all" if left else ""
    return paper_at(document, "show", what, blocks, data, options=options, landscape=True)


def _key(document: PlanDocument) -> list[Block]:
    if sentence := not_opened(document):
        return [Prose(sentence)]
    return key_blocks(f"Ratings: {line(document['scale']['name'])}", printed_key(document))


def key_blocks(title: str, ratings: Sequence[RatingDocument]) -> list[Block]:
    """The key to the ratings under its heading, or a sentence that the plan has no ratings."""
    if not ratings:
        return [Prose("The actions of this plan are not rated.")]
    if not any(rating["meaning"] for rating in ratings):
        return [Heading(title), Prose(key_in_words(ratings))]
    rows: list[list[Cell]] = [
        [tag(rating["label"], rating["colour"]), lines(rating["meaning"])] for rating in ratings
    ]  # fmt: skip
    return [
        Heading(title),
        table_of("What the ratings mean", [Column("Rating", 1), Column("Meaning", 5)], rows, sheet="Key"),
    ]


def _priority(priority: PriorityDocument, word: str, tags: Tags, outcomes: bool) -> list[Block]:
    title = priority_title(word, priority["number"], priority["title"])
    blocks: list[Block] = [Heading(title)]
    if priority["answers"]:
        blocks.append(Prose(safe_text(f"Answers recommendation {', '.join(priority['answers'])}")))
    blocks += assurance_blocks(priority["assurance"])
    if not priority["actions"]:
        return [*blocks, Prose("No actions.")]
    under = line(priority["number"]), line(priority["title"])
    table = actions_table(
        f"Actions of {title}", priority["actions"], tags, sheet="Actions", outcomes=outcomes, under=under
    )
    return [*blocks, table]


def priority_title(word: str, number: str, title: str) -> str:
    """The heading of a priority: `Priority 2: Safeguarding`."""
    return safe_text(f"{word} {number}: {title}")


def assurance_blocks(given: AssuranceDocument | None) -> list[Block]:
    """The assurance on a priority as one line; nothing where none was given."""
    if given is None:
        return []
    report = f", {given['report']}" if given["report"] else ""
    return [Prose(safe_text(f"Assurance: {given['level']}{report} ({day_in_words(given['on'])})"))]


def _behind(document: PlanDocument) -> Iterator[Block]:
    """The measures, recommendations and inspections of the plan."""
    word = document["priority_word"]
    if document["measures"]:
        yield Heading("Measures")
        yield measures_table(document["measures"])
    if document["recommendations"]:
        yield Heading("Recommendations, and what answers them")
        rows = [
            [line(made["number"]), lines(made["text"]), line(made["made_by"]), answered_by(made, word)]
            for made in document["recommendations"]
        ]
        columns = [Column("No."), Column("Recommendation", 6), Column("Made by", 2), Column("Answered by", 2)]
        yield table_of("Recommendations, and what answers them", columns, rows, sheet="Recommendations")
    for inspection in document["inspections"]:
        body = line(inspection["body"])
        yield Heading(f"Inspection by {body}")
        if about := inspection_lines(inspection):
            yield Prose("\n".join(about))
        if inspection["judgements"]:
            judged = [[line(one["area"]), line(one["grade"])] for one in inspection["judgements"]]
            table = table_of(
                f"Judgements of {body}", [Column("Area", 3), Column("Judgement", 2)], judged, sheet="Judgements"
            )
            yield table


def measures_table(measures: list[MeasureDocument]) -> Table:
    """The measures, each with its newest value."""
    columns = [
        Column("Measure", 4), Column("Baseline", 1.5), Column("Target", 1.5), Column("Latest", 1.5),
        Column("Standing", 1.5), Column("Period", 1.5),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for measure in measures:
        latest = measure["latest"]
        value, *about = (latest["value"], latest["standing"], latest["period"]) if latest else ("None yet", "", "")
        values = map(measured, (measure["baseline"], measure["target"], value))
        rows.append([lines(measure["title"]), *values, *map(line, about)])
    return table_of("Measures, with the latest value of each", columns, rows, sheet="Measures")
