"""A plan and a single action in Markdown."""

from collections.abc import Iterator

from api.papers.markdown_blocks import footer, md, md_lines, paper, table
from api.papers.wording import (
    Labels,
    as_at,
    day_in_figures,
    day_in_words,
    due_in_words,
    due_moved,
    fixed,
    not_opened,
    printed_key,
)
from api.papers.wording_lines import answered_by, inspection_lines, rating_words
from projections.action import ActionDocument, SingleActionDocument
from projections.measures import MeasureDocument
from projections.plan_as_at import PlanDocument, PriorityDocument

_COLUMNS = ["No.", "Action", "Outcome", "Rating", "Due", "Lead", "Progress"]


def plan_markdown(document: PlanDocument) -> str:
    """The plan as at a point: its key, its priorities with their actions, and what it answers to."""
    under = [document["organisation"]]
    if version := document["document_version"]:
        under.append(f"Document version {version['label']}, issued {day_in_words(version['issued_on'])}")
    if document["status"] == "closed":
        under.append("This plan is closed.")
    blocks = [*_key(document)]
    labels = Labels(document)
    for priority in document["priorities"]:
        blocks += _priority(priority, document["priority_word"], labels)
    blocks += _behind(document)
    command = f"asat show {document['plan']} --at {fixed(document['point'])}{' --all' if _with_all(document) else ''}"
    return paper(document["title"], under, as_at(document["point"]), blocks, footer(command, document["point"]))


def _with_all(document: PlanDocument) -> bool:
    """Whether actions that have left the plan were asked for too."""
    left = [action for priority in document["priorities"] for action in priority["actions"]]
    while left:
        action = left.pop()
        if action["status"] in ("closed", "withdrawn"):
            return True
        left += action["actions"]
    return False


def _key(document: PlanDocument) -> list[str]:
    if said := not_opened(document):
        return [said]
    ratings = printed_key(document)
    if not ratings:
        return ["The actions of this plan are not rated."]
    rows = [[md(rating["label"]), md_lines(rating["meaning"] or "")] for rating in ratings]
    return [f"## Ratings: {md(document['scale']['name'])}", table(["Rating", "Meaning"], rows)]


def _priority(priority: PriorityDocument, word: str, labels: Labels) -> list[str]:
    blocks = [f"## {md(word + ' ' + priority['number'])}: {md(priority['title'])}"]
    if priority["answers"]:
        blocks.append(md(f"Answers recommendation {', '.join(priority['answers'])}"))
    if assurance := priority["assurance"]:
        report = f", {assurance['report']}" if assurance["report"] else ""
        blocks.append(md(f"Assurance: {assurance['level']}{report} ({day_in_words(assurance['on'])})"))
    if not priority["actions"]:
        return [*blocks, "No actions."]
    return [*blocks, table(_COLUMNS, _actions(priority["actions"], labels))]


def _actions(actions: list[ActionDocument], labels: Labels) -> Iterator[list[str]]:
    for action in actions:
        due = [due_in_words(action["timescale"]), due_moved(action["timescale"])]
        progress = md_lines(action["progress"] or "")
        if action["progress"] and action["progress_on"]:
            progress = f"{day_in_figures(action['progress_on'])}: {progress}"
        yield [
            md(action["number"]),
            md_lines(action["text"]),
            md_lines(action["outcome"] or ""),
            md(rating_words(action, labels)),
            "<br>".join([*map(md, filter(None, due)), *(["**overdue**"] if action["overdue"] else [])]),
            "<br>".join(map(md, action["leads"])),
            progress,
        ]
        yield from _actions(action["actions"], labels)


def _behind(document: PlanDocument) -> Iterator[str]:
    """What the plan measures, and what it answers to."""
    word = document["priority_word"]
    if document["measures"]:
        yield "## Measures"
        columns = ["Measure", "Baseline", "Target", "Latest", "Standing", "Period"]
        yield table(columns, map(_measure, document["measures"]))
    if document["recommendations"]:
        yield "## Recommendations, and what answers them"
        rows = [
            [md(made["number"]), md_lines(made["text"]), md(made["made_by"] or ""), md(answered_by(made, word))]
            for made in document["recommendations"]
        ]
        yield table(["No.", "Recommendation", "Made by", "Answered by"], rows)
    for inspection in document["inspections"]:
        yield f"## Inspection by {md(inspection['body'])}"
        yield "<br>".join(map(md, inspection_lines(inspection)))
        if inspection["judgements"]:
            yield table(["Area", "Judgement"], [[md(j["area"]), md(j["grade"])] for j in inspection["judgements"]])


def _measure(measure: MeasureDocument) -> list[str]:
    named = [md(measure["title"]), md(measure["baseline"] or ""), md(measure["target"] or "")]
    if (latest := measure["latest"]) is None:
        return [*named, "None yet", "", ""]
    return [*named, *(md(told or "") for told in (latest["value"], latest["standing"], latest["period"]))]


def action_markdown(document: SingleActionDocument) -> str:
    """One action as at a point, with all that is recorded of it in force."""
    action, labels = document["action"], Labels(document)
    rated = f" (from {day_in_words(action['rated_on'])})" if action["rated_on"] else ""
    due = ", ".join(filter(None, [due_in_words(action["timescale"]), due_moved(action["timescale"])]))
    facts = {
        "Outcome": md_lines(action["outcome"] or ""),
        "Status": action["status"],
        "Rating": md(f"{rating_words(action, labels)}{rated}"),
        "Due": md(due) + (", **overdue**" if action["overdue"] else ""),
        "Lead": md("; ".join(action["leads"])),
        "Reports to": md(action["reports_to"] or ""),
        "Added": day_in_words(action["added_on"]),
        "Also numbered": md(", ".join(number for number in document["numbers"] if number != action["number"])),
    }
    blocks = [
        md_lines(action["text"]),
        table(["", ""], [[f"**{name}**", said] for name, said in facts.items() if said]),
    ]
    if action["progress"] and action["progress_on"]:
        blocks += [f"## Progress reported {day_in_words(action['progress_on'])}", md_lines(action["progress"])]
    if action["evidence"]:
        rows = [
            [day_in_figures(filed["on"]), *(md(filed[name] or "") for name in ("title", "location", "sha256"))]
            for filed in action["evidence"]
        ]
        blocks += ["## Evidence", table(["From", "Evidence", "Location", "SHA-256"], rows)]
    if action["actions"]:
        blocks += ["## Parts", table(_COLUMNS, _actions(action["actions"], labels))]
    under = [document["title"], f"{document['priority_word']} {document['priority']}: {document['priority_title']}"]
    point = document["point"]
    command = f"asat action {document['plan']} {action['number']} --at {fixed(point)}"
    return paper(f"Action {action['number']}", under, as_at(point), blocks, footer(command, point))
