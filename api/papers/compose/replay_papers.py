"""How the plan came to stand where it does, as papers: the replay event by event, and the ratings over time."""

from api.papers.chart import alternative, over_time_table, ratings_chart
from api.papers.compose.parts import figures, line, paper_of, points_of_record
from api.papers.paper import Block, Cell, Column, Day, Instant, Paper, Picture, Piece, Prose, Text, table_of
from api.papers.wording import NOT_RATED, as_at, fixed, instant_in_words, safe_text
from api.papers.wording_lines import replay_command
from projections.ratings_over_time import RatingsOverTimeDocument
from projections.replay import PageStep, ReplayDocument


def ratings_paper(document: RatingsOverTimeDocument) -> Paper:
    """The counts by rating over time, as a drawing and as a table."""
    point = document["point"]
    blocks: list[Block] = [Picture(ratings_chart(document), alternative(document)), over_time_table(document)]
    command = f"asat ratings {document['plan']} --at {fixed(point)}"
    return paper_of(document, ["Ratings over time"], as_at(point), blocks, command, (point,))


def replay_paper(document: ReplayDocument) -> Paper:
    """The events in the order they were recorded, each with the counts after it."""
    codes = [rating["code"] for rating in document["ratings"]]
    columns = [
        Column("Version", 1, figures=True), Column("Effective", 1.4), Column("Recorded", 1.9), Column("By", 2),
        Column("What happened", 6),
        *figures(*(line(rating["label"]) for rating in document["ratings"]), NOT_RATED, "All"),
    ]  # fmt: skip
    rows = [_step(step, codes) for step in document["steps"]]
    known = f"up to version {document['basis']}, on {instant_in_words(document['known_at'])}"
    blocks: list[Block] = [Prose("There are no events.")]
    if rows:
        blocks = [table_of("Events, each with the ratings after it", columns, rows, sheet="Replay")]
    if document["next"] is not None:
        blocks.append(Prose(f"More events follow after version {document['next']}."))
    return Paper(
        safe_text(document["title"]),
        (safe_text(document["organisation"]), "Replay of events"),
        f"What each event did to the ratings, as recorded {known}.",
        tuple(blocks),
        replay_command(document),
        f"as recorded {known}",
        landscape=True,
        points=points_of_record(document),
    )


def _step(step: PageStep, codes: list[str]) -> list[Cell]:
    said = safe_text(step["sentence"])
    happened: Cell = said
    if step["withdrawn_by"] is not None:
        withdrawn = Text((Piece(f"withdrawn by version {step['withdrawn_by']}", "strong"),))
        happened = (Text((Piece(said, "struck"),)), withdrawn)
    return [
        step["version"],
        Day(step["effective_on"]),
        Instant(step["recorded_at"]),
        line(step["recorded_by"]),
        happened,
        *(step["ratings"].get(code, "") for code in codes),
        step["unrated"],
        step["total"],
    ]
