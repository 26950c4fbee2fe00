"""Refusals: why something is not done, with a code that programs may rely on.

docs/refusals.md lists every code. It is made from the classes and codes that are declared under `Refusal`.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Generic, NamedTuple, Self, TypeVar
from uuid import UUID


class Refusal(Exception):
    """Something is not done; its text is one sentence that names the thing and the remedy.

    Attributes:
        code: the stable name of the reason.
        field: the path of the field concerned, such as `source.title`; empty where it is none.
        fields: the fields that it may name, if they are several.
        index: the place of the refused event in its batch, from 0; None outside a batch.
    """

    code: str
    field: str = ""
    fields: ClassVar[tuple[str, ...]] = ()
    index: int | None = None

    def reworded(self, sentence: str) -> Self:
        """The same refusal, with a sentence that says more."""
        self.args = (sentence,)
        return self


class Code(StrEnum):
    """The codes of a kind of refusal; `when` says what each means, `fields` which fields it may name."""

    when: str
    fields: tuple[str, ...]

    def __new__(cls, value: str, when: str, *fields: str) -> Self:
        """A code, its meaning and its fields."""
        code = str.__new__(cls, value)
        code._value_, code.when, code.fields = value, when, fields or ("",)
        return code


C = TypeVar("C", bound=Code)


class Coded(Refusal, Generic[C]):
    """A kind of refusal that has many reasons, each with its code; the field is that of the code, if it has one."""

    def __init__(self, code: C, sentence: str) -> None:
        self.code = code
        self.field = code.fields[0] if len(code.fields) == 1 else ""
        super().__init__(sentence)


class RuleCode(Code):
    """Why a rule refuses an event."""

    DAY_IN_THE_FUTURE = "day-in-the-future", "The day has not come yet.", "effective_on"
    PLAN_NOT_OPENED = "plan-not-opened", "The plan has to be opened first.", "plan"
    PLAN_ALREADY_OPENED = "plan-already-opened", "A plan is opened once.", "plan"
    BEFORE_THE_OPENING = "before-the-opening", "The day is before the plan was opened.", "effective_on"
    PLAN_CLOSED = "plan-closed", "The plan is closed on the day.", "effective_on"
    PLAN_ALREADY_CLOSED = "plan-already-closed", "A plan is closed once.", "plan"
    CLOSED_BEFORE_ITS_EVENTS = "closed-before-its-events", "Something is recorded for a later day.", "effective_on"
    REASON_NEEDED = "reason-needed", "The event has to say why.", "reason"
    EVIDENCE_NEEDED = "evidence-needed", "The rating has to name its evidence.", "evidence"
    UNKNOWN_ACTION = "unknown-action", "The plan has no action of this number.", "action", "parent"
    UNKNOWN_PRIORITY = "unknown-priority", "The plan has no priority of this number.", "priority", "number"
    UNKNOWN_MEASURE = "unknown-measure", "The plan has no measure of this name.", "measure"
    UNKNOWN_VERSION = "unknown-version", "The plan has no event of this record number.", "version"
    UNKNOWN_POINT = "unknown-point", "The plan has nothing at the point.", "previous", "current"
    NOT_YET_ADDED = "not-yet-added", "The action, priority or measure was added after the day.", "effective_on"
    ACTION_LEFT = "action-left", "The action was closed or withdrawn by the day.", "effective_on"
    CLOSED_LATER = "closed-later", "A later closing says that the action was complete by then.", "effective_on"
    PARENT_LEFT = "parent-left", "The action that it is part of is not in the plan on the day.", "action"
    NOTHING_TO_REINSTATE = "nothing-to-reinstate", "The action is in the plan on the day.", "action"
    NUMBER_TAKEN = "number-taken", "The number is another one's.", "number"
    LABEL_TAKEN = "label-taken", "A document version of this label was issued.", "label"
    OTHER_PRIORITY = "other-priority", "A part stays in the priority of its action.", "priority"
    PARTS_TOO_DEEP = "parts-too-deep", "Parts nest five deep at most.", "parent"
    NO_SCALE = "no-scale", "The plan has no rating scale on the day.", "effective_on"
    NOT_ON_SCALE = "not-on-scale", "The rating is not on the scale of the day.", "rating", "effective_on"
    NOT_COMPLETE = "not-complete", "Only an action that is rated complete is closed.", "action"
    NOT_A_RATING = "not-a-rating", "The event is no rating of this action.", "version"
    NOT_AWAITED = "not-awaited", "The rating awaits no confirmation.", "version"
    OWN_RATING = "own-rating", "A rating is confirmed by somebody else.", "version"
    CONFIRMED_BEFORE_ITS_DAY = "confirmed-before-its-day", "The rating is about a later day.", "effective_on"
    ALREADY_DEFINED = "already-defined", "The measure is defined in just this way.", "measure"
    PRESENTED_BEFORE_ITS_DAY = "presented-before-its-day", "The point is after the presentation.", "effective_on"
    POINT_NOT_SETTLED = "point-not-settled", "The point may come to mean more.", "previous", "current"
    NOT_WITHDRAWABLE = "not-withdrawable", "Events of this kind are never withdrawn.", "version"
    ALREADY_WITHDRAWN = "already-withdrawn", "The event was withdrawn.", "version"
    OTHERS_DEPEND = "others-depend", "Other events that count depend on the event.", "version"
    NOT_REDACTABLE = "not-redactable", "The event has no such text that can be redacted.", "fields"
    ALREADY_REDACTED = "already-redacted", "The text was redacted.", "fields"
    EVENT_ID_TWICE = "event-id-twice", "Two events of one batch have the same id.", "event_id"
    EVENT_ID_REUSED = "event-id-reused", "The id is another event's of this plan.", "event_id"
    EVENT_ID_TAKEN = "event-id-taken", "The id is taken.", "event_id"
    BATCH_CHANGED = "batch-changed", "A part of the batch was recorded before.", "event_id"
    NOT_IN_THE_COMPARISON = "not-in-the-comparison", "The plan has no such priority or rating.", "priority", "rating"


class Refused(Refusal):
    """A rule refuses the event; nothing was recorded."""

    code = "refused"
    index: int

    def __init__(self, code: RuleCode, sentence: str, *, field: str = "", index: int = 0) -> None:
        self.code, self.field, self.index = code, field or code.fields[0], index
        assert self.field in code.fields, f"{code!r} does not declare the field {field!r}"
        super().__init__(sentence)


class Unprocessable(Refusal, ValueError):
    """It cannot be worked with as it is written."""


class EventCode(Code):
    """Faults of a proposed event."""

    NOT_JSON = "not-json", "It is not JSON."
    NOT_AN_OBJECT = "not-an-object", "An object of JSON belongs there."
    TOO_DEEP = "too-deep", "It is nested too deeply."
    TOO_MANY_PROBLEMS = "too-many-problems", "More is wrong than is listed."
    MISSING = "missing", "The field is needed."
    UNKNOWN_EVENT = "unknown-event-type", "There is no event of this type."
    UNKNOWN_FIELD = "unknown-field", "There is no such field."
    OTHER_PLAN = "other-plan", "The event names another plan than its address."
    NOT_TEXT = "not-text", "A text belongs in quotation marks."
    HALF_A_CHARACTER = "half-a-character", "The text holds half a character."
    WRONG_FORM = "wrong-form", "The text is not of the form that the field has."
    EMPTY = "empty", "The text or the list is empty."
    TOO_LONG = "too-long", "The text or the list is too long."
    UNPAIRED_DIRECTION = "unpaired-direction", "A mark that turns the direction of writing is not paired."
    NOT_A_LIST = "not-a-list", "A list belongs there."
    NOT_TRUE_OR_FALSE = "not-true-or-false", "true or false belongs there."
    NOT_A_WHOLE_NUMBER = "not-a-whole-number", "A whole number belongs there."
    OUT_OF_RANGE = "out-of-range", "The number is too small or too large."
    NOT_A_DAY = "not-a-day", "A day of the calendar belongs there, as 2019-05-31."
    NOT_A_POINT = "not-a-point", "A point in time belongs there."
    CODE_TWICE = "code-twice", "Two ratings of the scale have the same code."
    CODE_RESERVED = "code-reserved", "The code is a word that comparisons use."
    ENDS_BEFORE_IT_BEGINS = "ends-before-it-begins", "The last day is before the first."
    NOTHING_CHANGED = "nothing-changed", "The event changes nothing."
    PLACE_NEEDED = "place-needed", "An action belongs to a priority, or is part of another action."
    NO_EVENT = "no-event", "There is no event in it."
    NOT_ACCEPTED = "not-accepted", "It is not a value of the field."


class Problem(NamedTuple):
    """One thing that is wrong with a proposed event: `field` is its path, and empty where it is the whole."""

    code: EventCode
    field: str
    sentence: str


class Misfit(Unprocessable):
    """A value does not fit its field; raised within validators, which name the path of what holds the field."""

    code: EventCode

    def __init__(self, code: EventCode, field: str, sentence: str) -> None:
        self.code, self.field = code, field
        super().__init__(sentence)


class NotAnEvent(Unprocessable):
    """The proposal is not an event of the vocabulary; `problems` says what is wrong with it."""

    code = "not-an-event"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        told = [f"{field}: {sentence}" if field else sentence for _, field, sentence in problems[:10]]
        more = [f"and {len(problems) - 10} more"] if len(problems) > 10 else []
        if len(problems) == 1:
            self.code, self.field, _ = problems[0]
        super().__init__("; ".join(told + more))


class Unknown(Refusal, LookupError):
    """There is no such thing."""


class PlanUnknown(Unknown):
    """The ledger holds nothing of a plan with this name."""

    code, field = "unknown-plan", "plan"

    def __init__(self, plan: str) -> None:
        super().__init__(f"there is no plan {plan[:63]!r}")

    def listed_by(self, listing: str) -> Self:
        """The same, naming what lists the plans."""
        return self.reworded(f"{self}; {listing} lists those there are")


class VersionConflict(Refusal):
    """The plan is not at the record number that the proposer expected: somebody else recorded in between."""

    code = "version-conflict"

    def __init__(self, plan: str, expected: int, actual: int) -> None:
        self.plan, self.expected, self.actual = plan, expected, actual
        super().__init__(
            f"plan {plan} is at record number {actual}, not {expected}: read what was recorded since, and decide again"
        )


class LedgerUnusable(Refusal):
    """The ledger cannot be opened or reached; the message says why and what to do."""

    code = "ledger-unusable"


class LedgerDamaged(LedgerUnusable):
    """The ledger holds what cannot be one of its events; `asat check` says what and where."""

    code = "ledger-damaged"


class FilesDamaged(LedgerUnusable):
    """The database cannot read its own files, or finds that they are not what it wrote."""

    code = "files-damaged"

    def __init__(self, said: str) -> None:
        super().__init__(
            f"the files of the database are damaged ({said}): stop AsAt, keep a copy of them, look at the disk, and"
            " restore a backup (docs/safekeeping.md)"
        )


class NothingRecorded(LedgerUnusable):
    """The database refuses what is right in itself, and has stored nothing; the message says why and what to do."""

    code = "nothing-recorded"


class LedgerLocked(NothingRecorded):
    """Another transaction has kept the ledger locked for longer than is waited for it."""

    code = "ledger-locked"


class InDoubt(LedgerUnusable):
    """The database was lost, or has not answered, while recording; whether the events are stored is not known.

    Attributes:
        event_ids: of the events in the order in which they were proposed; empty where these were no events of a plan.
    """

    code = "outcome-not-known"

    def __init__(self, sentence: str, event_ids: Sequence[UUID] = ()) -> None:
        self.event_ids = event_ids
        super().__init__(sentence)


def in_doubt(why: str) -> InDoubt:
    """An earlier try may have stored what the last one did not; `why` is what the database said last."""
    return InDoubt(
        f"the database was lost while recording ({why}); whether the events were stored is not known: look in the "
        "trail before sending them again. Events sent with an event_id of yours can simply be sent again"
    )


class ReplicaOnly(NothingRecorded):
    """This is a replica, which only answers; what is to be recorded goes to the primary."""

    code = "replica-only"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or "nothing was recorded: this is a replica, record at the primary")


class NotReached(LedgerUnusable):
    """The replica has not got as far as what is asked of it; whether there is such a version it cannot know."""

    code, field = "not-reached", "version"

    def __init__(self, plan: str, version: int, newest: int, behind: float) -> None:
        self.retry_after = max(1, min(60, round(behind)))
        super().__init__(
            f"this replica has record number {newest} of plan {plan}, and {version} was asked for: ask again in "
            f"{self.retry_after} s, or ask the primary"
        )
