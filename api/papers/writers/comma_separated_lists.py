"""The lists as comma-separated values: plans, what is overdue, gaps, measures, assurance, texts nobody has touched."""

import json

from api.papers.wording import Labels, fixed
from api.papers.wording_lines import NEVER_MADE
from api.papers.writers.comma_separated_table import Value, comma_separated
from projections.assurance import AssurancesDocument
from projections.gaps import GapsDocument
from projections.measures import MeasuresDocument
from projections.overdue import OverdueDocument
from projections.register import RegisterDocument
from projections.stale_text import StaleDocument


def register_csv(document: RegisterDocument) -> str:
    """A row for each plan; its ratings, which differ between plans, as JSON by code."""
    columns = [
        "plan", "title", "organisation", "status", "document version", "issued on", "actions", "ratings", "unrated",
        "overdue", "presented to", "presented on", "point",
    ]  # fmt: skip
    rows: list[list[Value]] = []
    for entry in document["plans"]:
        version, presented = entry["document_version"], entry["presented"]
        ratings = json.dumps({rating["code"]: rating["count"] for rating in entry["ratings"]})
        rows.append([
            entry["plan"], entry["title"], entry["organisation"], entry["status"],
            version["label"] if version else None, version["issued_on"] if version else None,
            entry["actions"], ratings, entry["unrated"], entry["overdue"],
            presented["forum"] if presented else None, presented["on"] if presented else None, fixed(entry["point"]),
        ])  # fmt: skip
    rows += [[plan, None, None, "unreadable", *[None] * 9] for plan in document.get("unreadable", ())]
    return comma_separated(columns, rows)


def overdue_csv(document: OverdueDocument) -> str:
    """A row for each overdue action and for each rescheduling; `kind` says which."""
    columns = [
        "kind", "priority", "action", "text", "rating", "rating label", "timescale", "due", "original",
        "original due", "days overdue", "slippage", "leads", "on", "from", "to", "approved by", "reason", "version",
        "plan", "point",
    ]  # fmt: skip
    labels, last = Labels(document), [document["plan"], fixed(document["point"])]
    rows: list[list[Value]] = [
        [
            "overdue", late["priority"], late["number"], late["text"], late["rating"], labels(late["rating"]),
            late["timescale"], late["due"], late["original"], late["original_due"], late["days_overdue"],
            late["slippage"], "; ".join(late["leads"]), None, None, None, None, None, late["version"], *last,
        ]
        for late in document["overdue"]
    ]  # fmt: skip
    for moved in document["rescheduled"]:
        was, is_ = moved["original"], moved["current"]
        rows += [
            [
                "rescheduled", moved["priority"], moved["number"], moved["text"], moved["rating"],
                labels(moved["rating"]), is_["text"], is_["due"], was["text"], was["due"], None, moved["days"], None,
                change["on"], change["from"], change["to"], change["approved_by"], change["reason"],
                change["version"], *last,
            ]
            for change in moved["approvals"]
        ]  # fmt: skip
    return comma_separated(columns, rows)


def gaps_csv(document: GapsDocument) -> str:
    """A row for each recommendation that no action answers, and for each answer to one that was never made."""
    columns = ["recommendation", "text", "made by", "made on", "answered by", "why", "plan", "point"]
    last = [document["plan"], fixed(document["point"])]
    rows: list[list[Value]] = [
        [gap["number"], gap["text"], gap["made_by"], gap["made_on"], "; ".join(gap["answered_by"]), gap["why"], *last]
        for gap in document["gaps"]
    ]
    rows += [
        [one["recommendation"], None, None, None, one["priority"], NEVER_MADE, *last] for one in document["unknown"]
    ]
    return comma_separated(columns, rows)


def measures_csv(document: MeasuresDocument) -> str:
    """A row for each value reported; one for a measure without any."""
    columns = [
        "measure", "title", "unit", "baseline", "target", "priority", "period", "value", "standing", "reported on",
        "plan", "point",
    ]  # fmt: skip
    last = [document["plan"], fixed(document["point"])]
    rows: list[list[Value]] = []
    for measure in document["measures"]:
        named: list[Value] = [
            measure["measure"], measure["title"], measure["unit"], measure["baseline"], measure["target"],
            measure["priority"],
        ]  # fmt: skip
        for reading in measure["readings"]:
            rows.append([
                *named, reading["period"], reading["value"], reading["standing"], reading["on"], *last
            ])  # fmt: skip
        if not measure["readings"]:
            rows.append([*named, None, None, None, None, *last])
    return comma_separated(columns, rows)


def assurance_csv(document: AssurancesDocument) -> str:
    """A row for each assurance given, oldest first, saying which is in force; one for a priority without any."""
    columns = ["priority", "title", "level", "report", "given on", "in force", "plan", "point"]
    last = [document["plan"], fixed(document["point"])]
    rows: list[list[Value]] = []
    for priority in document["priorities"]:
        named = [priority["priority"], priority["title"]]
        given = priority["assurance"]
        rows += [[*named, one["level"], one["report"], one["on"], False, *last] for one in priority["earlier"]]
        rows.append([
            *named, *([given["level"], given["report"], given["on"], True] if given else [None] * 4), *last
        ])  # fmt: skip
    return comma_separated(columns, rows)


def stale_csv(document: StaleDocument) -> str:
    """A row for each out-of-date text and for each action never reported on; `kind` says which."""
    columns = ["kind", "priority", "action", "text", "on", "age in days", "why", "version", "plan", "point"]
    last = [document["plan"], fixed(document["point"])]
    rows: list[list[Value]] = [
        [
            "out of date", one["priority"], one["number"], one["text"], one["reported_on"], one["age_days"],
            one["why"], one["version"], *last,
        ]
        for one in document["stale"]
    ]  # fmt: skip
    rows += [
        [
            "never reported on", one["priority"], one["number"], one["text"], one["added_on"], one["age_days"], None,
            one["version"], *last,
        ]
        for one in document["silent"]
    ]  # fmt: skip
    return comma_separated(columns, rows)
