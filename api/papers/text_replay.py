"""One step of a replay in the terminal: what happened, and the table of ratings after it."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from api.papers.wording import day_in_words, instant_in_words, safe_text
from domain.scales import Scale
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


def _ratings(step: ReplayStep, scales: Sequence[Scale]) -> list[tuple[str | None, str, str | None]]:
    """Code, label and colour of each rating counted, worst first, then the unrated."""
    known = {rating.code: rating for scale in scales for rating in scale.ratings}
    listed = [
        (code, known[code].label if code in known else code, known[code].colour if code in known else None)
        for code in step["ratings"]
    ]
    return [*listed, (None, "Not rated", None)]
