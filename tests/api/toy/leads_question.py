"""A question that the tests add: one file, and it has its command, its address, its page and its forms."""

from collections import Counter

from typing_extensions import TypedDict

from api.papers.compose.parts import figures, line, paper_at
from api.papers.paper import Column, Data, Paper, table_of
from api.questions.question import OfAPoint, Page
from api.questions.question_parameters import Parameter
from domain.plan.plan_at import PlanAt
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document


class LeadDocument(TypedDict):
    """How many actions somebody leads."""

    lead: str
    actions: int


class LeadsDocument(Heading):
    """Who leads how many of a plan's actions at a point."""

    point: PointDocument
    leads: list[LeadDocument]


def leads_at(plan: PlanAt, *, least: int) -> LeadsDocument:
    """Who leads at least so many actions."""
    counts = Counter(lead for action in plan.actions if action.facts.leads for lead in action.facts.leads.value)
    leads: list[LeadDocument] = [
        {"lead": lead, "actions": many} for lead, many in sorted(counts.items()) if many >= least
    ]
    return {**heading(plan), "point": point_document(plan.point), "leads": leads}


def leads_paper(document: LeadsDocument) -> Paper:
    """Who leads how many actions."""
    rows = [(line(one["lead"]), one["actions"]) for one in document["leads"]]
    table = table_of("Actions by lead", [Column("Lead", 3), *figures("Actions")], rows)
    data = Data(("lead", "actions"), lambda: ([one["lead"], one["actions"]] for one in document["leads"]))
    return paper_at(document, "leads", ["Leads"], [table], data)


LEADS = OfAPoint(
    name="leads",
    place=165,
    sentence="Count the actions of each lead.",
    help="Count the actions of a PLAN that each lead has.",
    examples=("sunderland --least 2",),
    own=(Parameter(name="least", kind="number", default=1, help="Only those who lead so many"),),
    projection=leads_at,
    compose=leads_paper,
    page=Page(name="Who leads", among="lists"),
    packed=True,
)
