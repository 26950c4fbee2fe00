"""The commands that ask: one a question, the same as the addresses of the API."""

from pathlib import Path
from typing import Any, get_args

import click

from api.cli.command_context import INSTANT, POINT, Session, answering, paged, plainly, tell
from projections.claims import read_claims
from projections.counted import CountQuery, Population, When

AT = click.option(
    "--at", type=POINT, default="now", show_default=True, help="The point in time; `asat --help` says how to write it."
)


@click.command()
@answering
@click.pass_obj
def plans(session: Session, /, **form: Any) -> None:
    """List all plans, as they stand today."""
    with plainly():
        tell(session.asker().plans(), **form)


@click.command(short_help="Show a plan as at a point in time.")
@click.argument("plan")
@AT
@click.option("--all", "everything", is_flag=True, help="Also the actions that were closed or withdrawn.")
@answering
@click.pass_obj
def show(session: Session, /, plan: str, at: str, everything: bool, **form: Any) -> None:
    """Show a PLAN as at a point: its priorities, actions, ratings, measures and inspections.

    \b
      asat show sunderland
      asat show sunderland --at issue:3.0 -o plan.md
      asat show stockton-scrutiny --at "told:Select Committee@2020-04-30"
    """
    with plainly():
        tell(session.asker().plan(plan, at, everything), **form)


@click.command(short_help="Compare the ratings at two points in time.")
@click.argument("plan")
@click.argument("previous", type=POINT)
@click.argument("current", type=POINT, default="now")
@answering
@click.pass_obj
def compare(session: Session, /, plan: str, previous: str, current: str, **form: Any) -> None:
    """Compare the ratings of a PLAN: PREVIOUS against CURRENT, with the changes and the narrative.

    Both are points in time; without CURRENT it is now.

    \b
      asat compare sunderland issue:2.0 issue:3.0
      asat compare sunderland 2019-03-29 2019-05-31 -f csv
    """
    with plainly():
        tell(session.asker().comparison(plan, previous, current), **form)


@click.command(short_help="Make the committee's paper between two points in time.")
@click.argument("plan")
@click.argument("previous", type=POINT)
@click.argument("current", type=POINT, default="now")
@answering
@click.pass_obj
def paper(session: Session, /, plan: str, previous: str, current: str, **form: Any) -> None:
    """Make the report of progress of a PLAN for a committee: PREVIOUS against CURRENT.

    The key to the ratings, their summary, the previous-against-current table, progress by priority with every action
    of concern, and appendices of changes and document history. Without CURRENT it is now.

    \b
      asat paper sunderland issue:2.0 issue:3.0 -o paper.docx
      asat paper sunderland issue:2.0 issue:3.0 -o paper.pdf
    """
    with plainly():
        tell(session.asker().paper(plan, previous, current), **form)


@click.command(short_help="List every change between two points in time.")
@click.argument("plan")
@click.argument("previous", type=POINT)
@click.argument("current", type=POINT, default="now")
@answering
@click.pass_obj
def changes(session: Session, /, plan: str, previous: str, current: str, **form: Any) -> None:
    """List every change of a PLAN between two points in time, with the versions behind it.

    Without CURRENT it is everything that changed since PREVIOUS.

    \b
      asat changes sunderland issue:2.0 issue:3.0
      asat changes sunderland 2019-05-31
    """
    with plainly():
        tell(session.asker().changes(plan, previous, current), **form)


@click.command(short_help="List the actions behind a figure.")
@click.argument("plan")
@click.option(
    "--previous",
    type=POINT,
    help="The point compared from; left out, it is the current one; `asat --help` says how to write it.",
)
@click.option(
    "--current",
    type=POINT,
    default="now",
    show_default=True,
    help="The point compared with it; `asat --help` says how to write it.",
)
@click.option("--when", type=click.Choice(get_args(When)), default="current", show_default=True,
              help="At which of the two points the actions are looked at.")  # fmt: skip
@click.option("--population", type=click.Choice(get_args(Population)), default="all", show_default=True,
              help="All actions, those due by the point's day, or those that came, left or moved between the points.")  # fmt: skip
@click.option("--rating", metavar="CODE", help="Only those with this rating; `unrated`: with none.")
@click.option("--priority", metavar="NUMBER", help="Only those in the priority of this number.")
@answering
@click.pass_obj
def counted(
    session: Session, /, plan: str, previous: str | None, current: str, when: When, population: Population,
    rating: str | None, priority: str | None, **form: Any,
) -> None:  # fmt: skip
    """List the actions of a PLAN that a figure of `asat compare` counts, with the events behind each.

    \b
      asat counted sunderland --current issue:3.0 --rating amber
      asat counted sunderland --previous issue:2.0 --population new
    """
    with plainly():
        query = CountQuery(when, population, rating, priority)
        tell(session.asker().counted(plan, query, previous, current), **form)


@click.command(short_help="Show one event, and whether it still counts.")
@click.argument("plan")
@click.argument("version", type=click.IntRange(1, 10**12))
@click.option("--up-to", type=click.IntRange(1, 10**12), metavar="VERSION",
              help="The event as it stood when this version of the plan was the newest.")  # fmt: skip
@answering
@click.pass_obj
def event(session: Session, /, plan: str, version: int, up_to: int | None, **form: Any) -> None:
    """Show one event of a PLAN by its VERSION: what it says, who recorded it when, and whether it still counts.

    \b
      asat event sunderland 285
    """
    with plainly():
        tell(session.asker().event(plan, version, up_to), **form)


@click.command(short_help="Show the versions issued, and who was told.")
@click.argument("plan")
@AT
@answering
@click.pass_obj
def history(session: Session, /, plan: str, at: str, **form: Any) -> None:
    """Show a PLAN's document history: the versions issued, and to whom it was presented.

    Each with the point that froze it, which can be asked about with --at in the other commands.
    """
    with plainly():
        tell(session.asker().history(plan, at), **form)


@click.command(short_help="Show every event: who recorded what, and when.")
@click.argument("plan")
@click.option("--action", metavar="NUMBER", help="Only what concerns this action, whatever number it bore.")
@click.option("--recorded-after", type=INSTANT,
              help="Only what was recorded after this instant (`2019-06-04T09:00:00Z`), or after the end of"
              " this day in London (`2019-06-04`).")  # fmt: skip
@click.option(
    "--late-by", type=click.IntRange(0, 10**6), metavar="DAYS", help="Only what was recorded so many days late."
)
@paged
@click.option("--up-to", type=click.IntRange(1, 10**12), metavar="VERSION",
              help="The trail as it was when this version of the plan was the newest.")  # fmt: skip
@answering
@click.pass_obj
def trail(
    session: Session, /, plan: str, action: str | None, recorded_after: str | None, late_by: int | None,
    after: int, limit: int | None, up_to: int | None, **form: Any,
) -> None:  # fmt: skip
    """Show a PLAN's events, oldest first: all of them, however many, unless --limit says how many.

    \b
      asat trail sunderland --action 2.5
      asat trail sunderland --recorded-after 2019-06-04 --late-by 30
      asat trail sunderland --up-to 282
    """
    with plainly():
        tell(session.asker().trail(plan, action, recorded_after, late_by, after, limit, up_to), **form)


@click.command(short_help="Show one action as at a point in time.")
@click.argument("plan")
@click.argument("number")
@AT
@answering
@click.pass_obj
def action(session: Session, /, plan: str, number: str, at: str, **form: Any) -> None:
    """Show one action of a PLAN by its NUMBER, or by one it once bore.

    \b
      asat action sunderland 2.4 --at 2019-03-29
    """
    with plainly():
        tell(session.asker().action(plan, number, at), **form)


_AT_A_POINT = (
    ("ratings", "sunderland", "Show how the ratings moved over time.",
     "Show the actions of a PLAN by rating, month by month up to a point."),
    ("overdue", "sunderland", "List what is overdue, and what has slipped.",
     "List what is overdue in a PLAN, and what has slipped from its original date."),
    ("gaps", "stockton-2016", "List the recommendations that nothing answers.",
     "List the recommendations that no action of a PLAN answers."),
    ("measures", "stockton-strategy", "Show the measures, with their values over time.",
     "Show the measures of a PLAN, with their values over time."),
    ("assurance", "sunderland", "Show the assurance given on each priority.",
     "Show the assurance given on each priority of a PLAN, and what was given before."),
    ("stale", "stockton-ilacs", "List the progress texts that time has overtaken.",
     "List the progress texts of a PLAN that name a month gone by, or are older than its reporting cycle."),
)  # fmt: skip


def _at_a_point(name: str, example: str, short: str, sentence: str) -> click.Command:
    @click.command(name, short_help=short, help=f"{sentence}\n\n\b\n  asat {name} {example} --at 2019-12-31")
    @click.argument("plan")
    @AT
    @answering
    @click.pass_obj
    def command(session: Session, /, plan: str, at: str, **form: Any) -> None:
        with plainly():
            tell(getattr(session.asker(), name)(plan, at), **form)

    return command


@click.command(short_help="Read a published paper against the record.")
@click.argument("plan")
@click.argument("claims", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@answering
@click.pass_obj
def audit(session: Session, /, plan: str, claims: Path, **form: Any) -> None:
    """Read the counts that a published paper CLAIMS (a JSON file) against the record of a PLAN.

    Lists every claim that the record does not bear out and every claim that contradicts another. Exits with 1 when
    there are any.

    \b
    The file holds the two points the paper compares, and its figures:
      {"previous": "issue:2.0", "current": "issue:3.0", "claims": [
        {"where": "headline", "population": "due", "at": "current",
         "rating": "completed", "count": 33},
        {"where": "paragraph 4", "priority": "2", "population": "all",
         "at": "previous", "count": 12}]}

    \b
      population  all, due, new, closed or withdrawn
      at          previous or current
      rating      the code of a rating; left out or null: any; "unrated": none
      priority    its number; left out or null: the whole plan

    \b
      asat audit sunderland examples/sunderland-claims.json
    """
    with plainly():
        read = read_claims(claims.read_bytes())
        answer = session.asker().audit(plan, read)
        tell(answer, **form)
    if answer.document["differences"] or answer.document["contradictions"]:
        raise SystemExit(1)


COMMANDS = (
    plans,
    show,
    compare,
    paper,
    changes,
    counted,
    event,
    history,
    trail,
    _at_a_point(*_AT_A_POINT[0]),
    action,
    *(_at_a_point(*one) for one in _AT_A_POINT[1:]),
    audit,
)
