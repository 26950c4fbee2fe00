"""A single action as a paper."""

import shlex
from dataclasses import replace

from api.papers.compose.action_tables import actions_data, actions_table, counting_cell, due_cell, every
from api.papers.compose.parts import Tags, line, lines, paper_at
from api.papers.compose.plan_paper import priority_title
from api.papers.paper import Block, Cell, Column, Day, Facts, Heading, Paper, Prose, Table, table_of
from api.papers.wording import awaiting_fact, day_in_words, rated_words
from projections.action import EvidenceDocument, SingleActionDocument


def action_paper(document: SingleActionDocument) -> Paper:
    """One action at a point, with everything in force on it; as data, the action and its parts."""
    action, tags = document["action"], Tags(document)
    number = line(action["number"])
    blocks: list[Block] = [Prose(lines(action["text"])), _facts(document, tags)]
    if action["progress"] and action["progress_on"]:
        blocks += [
            Heading(f"Progress reported {day_in_words(action['progress_on'])}"),
            Prose(lines(action["progress"])),
        ]
    if action["evidence"]:
        blocks += [Heading("Evidence"), _evidence(action["evidence"])]
    if action["actions"]:
        outcomes = any(part["outcome"] for part in every(action["actions"]))
        parts = actions_table(f"Parts of action {number}", action["actions"], tags, sheet="Parts", outcomes=outcomes)
        blocks += [Heading("Parts"), parts]
    what = priority_title(document["priority_word"], document["priority"], document["priority_title"])
    data = actions_data([(document["priority"], document["priority_title"], action)], tags.labels)
    paper = paper_at(document, "action", [what], blocks, data, argument=f" {shlex.quote(number)}")
    return replace(paper, title=f"Action {number}", under=(paper.title, *paper.under))


def _facts(document: SingleActionDocument, tags: Tags) -> Facts:
    action = document["action"]
    rating: Cell = counting_cell(action, tags)
    if rated := rated_words(action, document["rated_since"]):
        rating = (rating, rated)
    others = ", ".join(line(number) for number in document["numbers"] if number != action["number"])
    facts: list[tuple[str, Cell]] = [
        ("Outcome", lines(action["outcome"])),
        ("Status", action["status"]),
        ("Rating", rating),
        ("Awaiting confirmation", awaiting_fact(action, tags.labels)),
        ("Due", due_cell(action["timescale"], action["overdue"])),
        ("Lead", line("; ".join(action["leads"]))),
        ("Reports to", line(action["reports_to"])),
        ("Added", Day(action["added_on"])),
        ("Also numbered", others),
    ]
    return Facts(f"Action {line(action['number'])}", tuple(fact for fact in facts if fact[1]))


def _evidence(evidence: list[EvidenceDocument]) -> Table:
    columns = [Column("Evidence", 4), Column("From", 1.2), Column("Location", 3), Column("SHA-256", 3)]
    rows: list[list[Cell]] = [
        [line(filed["title"]), Day(filed["on"]), line(filed["location"]), line(filed["sha256"])] for filed in evidence
    ]
    return table_of("Evidence", columns, rows)
