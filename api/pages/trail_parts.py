"""Shared parts of the trail's pages: the query in words, and the addresses of its other pages."""

import re
from typing import Any

from api.pages.here import Here
from api.papers.wording import count, day_in_words, instant_in_words, safe_text
from api.questions.asker import Asker
from domain.points import LONDON, PointUnreadable, read_instant
from projections.trail import TrailDocument


def known_and_newest(ask: Asker, plan: str, at: str) -> tuple[int, int]:
    """The version that a point takes in, and the plan's newest."""
    known: tuple[int, int] = ask.at(plan, at, lambda plan, newest: (plan.basis, newest.version)).document
    return known


def what_is_wrong(given: dict[str, str]) -> dict[str, str]:
    """The problems with the typed values, by field."""
    errors = {}
    if (late := given.get("late_by")) and not re.fullmatch("[0-9]{1,6}", late):
        errors["late_by"] = "write a number of days, such as 30"
    if day := given.get("recorded_after"):
        try:
            read_instant(day)
        except PointUnreadable:
            errors["recorded_after"] = "write a day, such as 2019-06-04, or an instant, such as 2019-06-04T09:00:00Z"
    return errors


def view_of(given: dict[str, str]) -> str:
    """The view of these parameters, among those at the top of the page; empty for any other query."""
    asked = [name for name, value in given.items() if value]
    return {(): "all", ("late_by",): "late"}.get(tuple(asked), "")


def asked_for(document: TrailDocument) -> str:
    """The query in words, to follow the number of events."""
    query = document["query"]
    asked = [f" of action {safe_text(query['action'])}"] if query["action"] is not None else []
    if query["recorded_after"] is not None:
        asked.append(f" recorded after {instant_in_words(query['recorded_after'])}")
    if query["late_by"] is not None:
        asked.append(f" recorded {count(query['late_by'], 'day')} or more after they were true")
    return ",".join(asked)


def record_sentence(basis: int, known_at: str) -> str:
    """The sentence on the version shown, and the instant it was recorded."""
    return f"The record up to record number {basis}, as known on {instant_in_words(known_at)}."


def unlimited_by(ask: Asker, here: Here) -> str:
    """The note that the day of a point does not limit the events shown; empty if the day is today."""
    on = ask.at(here.plan, here.at, lambda plan, _: plan.effective_on).document
    if on == ask.today:
        return ""
    day = day_in_words(on.isoformat())
    return f"Events are shown by when they were recorded: the day of this point, {day}, does not limit them."


def pages_of(here: Here, document: TrailDocument, kept: dict[str, Any], after: int, began: int = 0) -> dict[str, str]:
    """The addresses of the pages before and after, by the text of their links."""
    pages = {}
    first = max(document["previous"] or 0, began)
    if document["before"] and after > began:
        pages["Earlier events"] = here.to(here.path, **kept, after=first or None)
    if document["next"] is not None:
        pages["Later events"] = here.to(here.path, **kept, after=document["next"])
    return pages


def read_up_to(cookie: str | None, newest: int) -> tuple[int | None, str]:
    """The version last read, from the cookie, or None; and a message, if the cookie is ignored."""
    if cookie is None:
        return None, ""
    if not re.fullmatch(r"[1-9][0-9]{0,17}", cookie, re.ASCII):
        return None, "What this browser remembers of your last visit cannot be read, so it is left aside."
    if int(cookie) > newest:
        said = f"This browser remembers that you had read up to record number {int(cookie)}"
        return None, f"{said}, but the plan’s newest is record number {newest}, so that is left aside."
    return int(cookie), ""


def changes_since(ask: Asker, here: Here, seen: int | None) -> str | None:
    """The address of the changes since the version last read, from the day it was recorded until now."""
    if seen is None:
        return None
    instant = ask.at(here.plan, "now", lambda _, newest: newest.known_at(seen)).document
    current = {} if here.is_past else {"current": "now"}
    day = instant.astimezone(LONDON).date().isoformat()
    return here.to("changes", **{**current, "previous": f"{day}@{seen}"})
