"""How ratings moved, in the terminal: a step of a replay with the table of ratings after it, and ratings over time."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from api.papers.wording import NOT_RATED, as_at, day_in_figures, day_in_words, instant_in_words, safe_text
from api.papers.writers.text_blocks import line, page, table, title_block
from domain.scales import Scale
from projections.ratings_over_time import RatingsOverTimeDocument
from projections.replay import ReplayStep

_WIDEST_BAR = 40


def step_text(title: str, step: ReplayStep, scales: Sequence[Scale]) -> RenderableType:
    """A panel for a terminal that is redrawn at each step."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_column()
    widest = max(1, step["total"])
    for code, label, colour in _ratings(step, scales):
        count = step["unrated"] if code is None else step["ratings"].get(code, 0)
        bar = Text("█" * round(_WIDEST_BAR * count / widest), style=colour or "")
        table.add_row(Text(label), Text(str(count)), bar)
    table.add_row(Text("In all", style="bold"), Text(str(step["total"]), style="bold"), Text())
    heading = Text(f"Version {step['version']}: ", style="bold") + Text(safe_text(step["sentence"]))
    clocks = Text(
        f"effective {day_in_words(step['effective_on'])}; recorded {instant_in_words(step['recorded_at'])} "
        f"by {safe_text(step['recorded_by'])}\nratings as at {day_in_words(step['as_at'])}",
        style="dim",
    )
    grid = Table.grid(padding=(1, 0))
    for part in (heading, clocks, table):
        grid.add_row(part)
    return Panel(grid, title=Text(safe_text(title)), title_align="left", height=12 + len(step["ratings"]))


def step_line(step: ReplayStep, scales: Sequence[Scale]) -> str:
    """One line for a step, where there is no terminal to redraw."""
    counts = ", ".join(
        f"{label} {step['unrated'] if code is None else step['ratings'].get(code, 0)}"
        for code, label, _ in _ratings(step, scales)
    )
    return (
        f"{step['version']:>6}  {step['effective_on']}  {safe_text(step['sentence'])}  [{counts}; all {step['total']}]"
    )


def ratings_text(document: RatingsOverTimeDocument) -> Group:
    """The counts by rating over time, a row for each day counted."""
    parts = title_block(document["title"], [document["organisation"], "Ratings over time"], as_at(document["point"]))
    key = document["ratings"]
    rows = table(
        "As at", *(line(one["label"]) for one in key), NOT_RATED, "Total", numbers=tuple(range(1, len(key) + 3))
    )
    for entry in document["counts"]:
        counts = [*(entry["ratings"][one["code"]] for one in key), entry["unrated"], entry["total"]]
        rows.add_row(day_in_figures(entry["on"]), *map(str, counts))
    return page(*parts, Text(), rows)


def _ratings(step: ReplayStep, scales: Sequence[Scale]) -> list[tuple[str | None, str, str | None]]:
    """Code, label and colour of each rating counted, worst first, then the unrated."""
    known = {rating.code: rating for scale in scales for rating in scale.ratings}
    listed = [
        (code, known[code].label if code in known else code, known[code].colour if code in known else None)
        for code in step["ratings"]
    ]
    return [*listed, (None, "Not rated", None)]
