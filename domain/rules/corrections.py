"""What is done to the record itself: events withdrawn as recorded in error, texts destroyed."""

from domain import events
from domain.plan.plan import Plan
from domain.redaction import redactable
from domain.rules.lookups import Refused, owes_reason


def event_withdrawn(plan: Plan, event: events.EventWithdrawn) -> None:
    """Refused: what is not there, an opening, a withdrawal, a redaction, and what other events stand on."""
    target = event.version
    if target > plan.version:
        raise Refused(f"plan {plan.slug} has no version {target}; its newest is {plan.version}")
    kind, _ = plan.log[target - 1]
    if kind == events.PlanOpened.__name__:
        raise Refused(f"the opening of plan {plan.slug} cannot be withdrawn; close the plan instead (PlanClosed)")
    if kind == events.EventWithdrawn.__name__:
        raise Refused(f"version {target} is itself a withdrawal; record again what it withdrew")
    if kind == events.TextRedacted.__name__:
        raise Refused(f"version {target} redacted texts, which are destroyed; that cannot be undone")
    if by := plan.withdrawn.get(target):
        raise Refused(f"version {target} ({kind}) was already withdrawn, by version {by}")
    dependents = dict.fromkeys(plan.dependents.get(target, ()))  # one may stand on it in two ways
    standing = [version for version in dependents if plan.newest.stands(version)]
    if standing:
        named = ", ".join(f"{version} ({plan.log[version - 1][0]})" for version in standing[:10])
        more = f" and {len(standing) - 10} more" if len(standing) > 10 else ""
        raise Refused(
            f"version {target} ({kind}) cannot be withdrawn while other events stand on it: "
            f"version {named}{more}; withdraw those first"
        )
    owes_reason(event, f"withdrawing version {target} ({kind})")


def text_redacted(plan: Plan, event: events.TextRedacted) -> None:
    """Refused: texts that cannot be redacted or already are, and without a reason."""
    if event.version > plan.version:
        raise Refused(f"plan {plan.slug} has no version {event.version}; its newest is {plan.version}")
    kind, _ = plan.log[event.version - 1]
    possible = redactable(kind, events.EVENTS[kind].model_fields)
    for field in event.fields:
        if field not in possible:
            raise Refused(
                f"`{field}` of version {event.version} ({kind}) cannot be redacted; what can be is "
                f"{', '.join(possible) or 'nothing'}"
            )
        if by := plan.redactions.get(event.version, {}).get(field):
            raise Refused(f"`{field}` of version {event.version} ({kind}) was already redacted, by version {by}")
    owes_reason(event, f"redacting version {event.version} ({kind})")
