"""A step of a replay on a terminal: a panel with the ratings after it, or one line."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from api.papers.wording import NOT_RATED, day_in_words, instant_in_words, safe_text
from domain.scales import Scale
from projections.replay import ReplayStep

_WIDEST_BAR = 40


def step_text(title: str, step: ReplayStep, scales: Sequence[Scale]) -> RenderableType:
    """A panel for a terminal that is redrawn at each step."""
    table = Table.grid("", "", "", padding=(0, 1))
    table.columns[0].justify = table.columns[1].justify = "right"
    widest = max(1, step["total"])
    for label, colour, count in _counts(step, scales):
        table.add_row(Text(label), str(count), Text("█" * round(_WIDEST_BAR * count / widest), style=colour or ""))
    table.add_row("In all", str(step["total"]), style="bold")
    heading = Text.assemble((f"Event {step['version']}: ", "bold"), safe_text(step["sentence"]))
    clocks = Text(
        f"effective {day_in_words(step['effective_on'])}; recorded {instant_in_words(step['recorded_at'])} "
        f"by {safe_text(step['recorded_by'])}\nratings as at {day_in_words(step['as_at'])}",
        style="dim",
    )
    parts = Group(Text(), heading, Text(), clocks, Text(), table, Text())
    return Panel(parts, title=Text(safe_text(title)), title_align="left", height=12 + len(step["ratings"]))


def step_line(step: ReplayStep, scales: Sequence[Scale]) -> str:
    """One line for a step, for output that cannot be redrawn."""
    counts = ", ".join(f"{label} {count}" for label, _, count in _counts(step, scales))
    return (
        f"{step['version']:>6}  {step['effective_on']}  {safe_text(step['sentence'])}  [{counts}; all {step['total']}]"
    )


def _counts(step: ReplayStep, scales: Sequence[Scale]) -> list[tuple[str, str | None, int]]:
    """Label, colour and count of each rating counted, worst first, then of the unrated actions."""
    known = {rating.code: (rating.label, rating.colour) for scale in scales for rating in scale.ratings}
    counts = [(*known.get(code, (code, None)), count) for code, count in step["ratings"].items()]
    return [*counts, (NOT_RATED, None, step["unrated"])]
