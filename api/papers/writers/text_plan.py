"""A plan and a single action in the terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from api.papers.wording import (
    Labels,
    as_at,
    awaiting_fact,
    day_in_figures,
    day_in_words,
    due_in_words,
    due_moved,
    key_in_words,
    not_opened,
    printed_key,
    rated_words,
    safe_text,
    version_words,
)
from api.papers.wording_lines import answered_by, inspection_lines
from api.papers.writers.text_blocks import (
    Key,
    each_of,
    heading,
    joined,
    line,
    lines,
    page,
    table,
    title_block,
    with_awaiting,
)
from projections.action import ActionDocument, SingleActionDocument
from projections.gaps import RecommendationDocument
from projections.inspections import InspectionDocument
from projections.measures import MeasureDocument
from projections.plan_as_at import PlanDocument, PriorityDocument


def plan_text(document: PlanDocument) -> Group:
    """The plan as at a point: its key, its priorities with their actions, and what it answers to."""
    key = Key.of(document)
    under = [document["organisation"]]
    if version := document["document_version"]:
        under.append(version_words(version))
    if document["status"] == "closed":
        under.append("This plan is closed.")
    parts = title_block(document["title"], under, as_at(document["point"]))
    parts += _key(document, key)
    for priority in document["priorities"]:
        parts += _priority(priority, document["priority_word"], key)
    parts += _measures(document["measures"])
    parts += _recommendations(document["recommendations"], document["priority_word"])
    parts += _inspections(document["inspections"])
    return page(*parts)


def _key(document: PlanDocument, key: Key) -> list[RenderableType]:
    if said := not_opened(document):
        return [Text(), line(said)]
    ratings = printed_key(document)
    if not ratings:
        return [heading("Ratings"), line("The actions of this plan are not rated.")]
    if not any(rating["meaning"] for rating in ratings):
        return [heading(f"Ratings ({document['scale']['name']})"), line(key_in_words(ratings))]
    rows = Table.grid(padding=(0, 2))
    for rating in ratings:
        rows.add_row(key(rating["code"]), line(rating["meaning"] or ""))
    return [heading(f"Ratings ({document['scale']['name']})"), rows]


def _priority(priority: PriorityDocument, word: str, key: Key) -> list[RenderableType]:
    parts: list[RenderableType] = [heading(f"{word} {priority['number']}: {priority['title']}")]
    if priority["answers"]:
        parts.append(line(f"Answers recommendation {', '.join(priority['answers'])}"))
    if assurance := priority["assurance"]:
        report = f", {assurance['report']}" if assurance["report"] else ""
        parts.append(line(f"Assurance: {assurance['level']}{report} ({day_in_words(assurance['on'])})"))
    if not priority["actions"]:
        return [*parts, line("No actions.")]
    return [*parts, _actions("Action", priority["actions"], key)]


def _actions(word: str, actions: list[ActionDocument], key: Key) -> Table:
    rows = table("No.", word, "Rating", "Due", "Lead")
    for column, most in ((2, 14), (3, 16), (4, 18)):
        rows.columns[column].max_width = most
    _add_actions(rows, actions, key)
    return rows


def _add_actions(rows: Table, actions: list[ActionDocument], key: Key) -> None:
    for action in actions:
        said = lines(action["text"])
        if action["progress"] and action["progress_on"]:
            on = day_in_figures(action["progress_on"])
            said = joined([said, lines(f"Progress ({on}): {action['progress']}", "italic")])
        leads = each_of(action["leads"])
        rows.add_row(line(action["number"]), said, rating_cell(action, key), due_cell(action), leads)
        _add_actions(rows, action["actions"], key)


def rating_cell(action: ActionDocument, key: Key) -> Text:
    """The rating in its word, and in plain words the one that awaits confirmation."""
    return with_awaiting(_counting(action, key), action, key)


def _counting(action: ActionDocument, key: Key) -> Text:
    """The rating that counts, and the standing where the action has left the plan."""
    left = Text(action["status"]) if action["status"] in ("closed", "withdrawn") else Text()
    if action["rating"] is None and action["actions"]:
        complete = action["status"] == "complete"
        return joined([Text("Complete, by its parts" if complete else "By its parts"), left])
    return joined([key(action["rating"]), left])


def due_cell(action: ActionDocument) -> Text:
    """When it is due, what that was at first, and whether it is late."""
    late = Text("overdue", style="bold") if action["overdue"] else Text()
    return joined([due_in_words(action["timescale"]), due_moved(action["timescale"]), late])


def _measures(measures: list[MeasureDocument]) -> list[RenderableType]:
    if not measures:
        return []
    rows = table("Measure", "Baseline", "Target", "Latest", "Period")
    for measure in measures:
        latest = measure["latest"]
        rows.add_row(
            line(measure["title"]),
            line(measure["baseline"] or ""),
            line(measure["target"] or ""),
            lines("\n".join(filter(None, [latest["value"], latest["standing"]]))) if latest else line("None yet"),
            line(latest["period"] if latest else ""),
        )
    return [heading("Measures"), rows]


def _recommendations(recommendations: list[RecommendationDocument], word: str) -> list[RenderableType]:
    if not recommendations:
        return []
    rows = table("No.", "Recommendation", "Made by", "Answered by")
    for recommendation in recommendations:
        rows.add_row(
            line(recommendation["number"]),
            lines(recommendation["text"]),
            line(recommendation["made_by"] or ""),
            line(answered_by(recommendation, word)),
        )
    return [heading("Recommendations, and what answers them"), rows]


def _inspections(inspections: list[InspectionDocument]) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for inspection in inspections:
        parts.append(heading(f"Inspection by {inspection['body']}"))
        parts += [line(text) for text in inspection_lines(inspection)]
        if inspection["judgements"]:
            rows = table("Area", "Judgement")
            for judgement in inspection["judgements"]:
                rows.add_row(line(judgement["area"]), line(judgement["grade"]))
            parts.append(rows)
    return parts


def action_text(document: SingleActionDocument) -> Group:
    """One action as at a point, with all that is recorded of it in force."""
    action = document["action"]
    under = [
        f"{document['title']} ({document['plan']})",
        f"{document['priority_word']} {document['priority']}: {document['priority_title']}",
    ]
    parts = title_block(f"Action {action['number']}", under, as_at(document["point"]))
    key = Key.of(document)
    waiting = awaiting_fact(action, Labels(document))
    parts += [Text(), lines(action["text"]), Text(), _facts(document, key, waiting)]
    if action["progress"] and action["progress_on"]:
        parts += [heading(f"Progress reported {day_in_words(action['progress_on'])}"), lines(action["progress"])]
    if action["evidence"]:
        rows = table("From", "Evidence")
        for evidence in action["evidence"]:
            where = [evidence["location"] or "", f"SHA-256 {evidence['sha256']}" if evidence["sha256"] else ""]
            told = "\n".join(safe_text(text) for text in (evidence["title"], *where) if text)
            rows.add_row(day_in_figures(evidence["on"]), lines(told))
        parts += [heading("Evidence"), rows]
    if action["actions"]:
        parts += [heading("Parts"), _actions("Part", action["actions"], key)]
    return page(*parts)


def _facts(document: SingleActionDocument, key: Key, waiting: str) -> Table:
    action, rows = document["action"], Table.grid(padding=(0, 2))
    rating = _counting(action, key)
    if rated := rated_words(action, document["rated_since"]):
        rating = Text.assemble(rating, f" ({rated})")
    earlier = [number for number in document["numbers"] if number != action["number"]]
    facts: dict[str, str | Text] = {
        "Outcome": action["outcome"] or "",
        "Status": action["status"],
        "Rating": rating,
        "Awaiting confirmation": waiting,
        "Due": due_cell(action).plain.replace("\n", ", "),
        "Lead": "; ".join(action["leads"]),
        "Reports to": action["reports_to"] or "",
        "Added": day_in_words(action["added_on"]),
        "Also numbered": ", ".join(earlier),
    }
    for name, said in facts.items():
        if said:
            rows.add_row(Text(name, style="bold"), lines(said) if isinstance(said, str) else said)
    return rows
