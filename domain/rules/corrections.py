"""Corrections of the record: events withdrawn as recorded in error, and texts redacted."""

from domain import events
from domain.events import kind_in_words
from domain.plan.plan import Plan
from domain.redaction import redactable
from domain.refusals import Refused, RuleCode
from domain.rules.lookups import known_version, owes_reason


def event_withdrawn(plan: Plan, event: events.EventWithdrawn) -> None:
    """Refused: no such event, an opening, withdrawal or redaction, one withdrawn or depended on, or no reason."""
    target = event.version
    kind = known_version(plan, target)
    if kind == events.PlanOpened.__name__:
        raise _never(f"the opening of plan {plan.slug} cannot be withdrawn; close the plan instead")
    if kind == events.EventWithdrawn.__name__:
        raise _never(f"event {target} is itself a withdrawal; record again what it withdrew")
    if kind == events.TextRedacted.__name__:
        raise _never(f"event {target} redacted texts, which are destroyed; that cannot be undone")
    if by := plan.withdrawn.get(target):
        raise Refused(
            RuleCode.ALREADY_WITHDRAWN,
            f"event {target} ({kind_in_words(kind)}) was already withdrawn, by event {by}",
        )
    dependents = dict.fromkeys(plan.dependents.get(target, ()))  # one may depend on it in two ways
    standing = [version for version in dependents if plan.newest.stands(version)]
    if standing:
        named = ", ".join(f"{version} ({kind_in_words(plan.log[version - 1][0])})" for version in standing[:10])
        more = f" and {len(standing) - 10} more" if len(standing) > 10 else ""
        raise Refused(
            RuleCode.OTHERS_DEPEND,
            f"event {target} ({kind_in_words(kind)}) cannot be withdrawn while other events stand on it: "
            f"event {named}{more}; withdraw those first",
        )
    owes_reason(event, f"withdrawing event {target} ({kind_in_words(kind)})")


def _never(sentence: str) -> Refused:
    return Refused(RuleCode.NOT_WITHDRAWABLE, sentence)


def text_redacted(plan: Plan, event: events.TextRedacted) -> None:
    """Refused: texts that cannot be redacted or already are, or no reason."""
    kind = known_version(plan, event.version)
    possible = redactable(kind, events.EVENTS[kind].model_fields)
    for field in event.fields:
        if field not in possible:
            raise Refused(
                RuleCode.NOT_REDACTABLE,
                f"`{field}` of event {event.version} ({kind_in_words(kind)}) cannot be redacted; what can be is "
                f"{', '.join(possible) or 'nothing'}",
            )
        if by := plan.redactions.get(event.version, {}).get(field):
            raise Refused(
                RuleCode.ALREADY_REDACTED,
                f"`{field}` of event {event.version} ({kind_in_words(kind)}) was already redacted, by event {by}",
            )
    owes_reason(event, f"redacting event {event.version} ({kind_in_words(kind)})")
