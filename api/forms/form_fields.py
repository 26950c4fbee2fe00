"""The fields of a form, from those of its event: the type of each gives its control, and a table gives its words."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from api.forms.field_words import Words, words_of
from domain.events import EVENTS, Event, FieldName, Of, PointText
from domain.redaction import REDACTABLE
from domain.scales import Scale
from domain.texts import Text

Control = Literal[
    "line", "area", "day", "whole", "tick", "select", "radios", "lines", "rows", "point", "texts", "scale"
]

#: Type -> its control. Of other types the one below counts, such as that of the entries of a list; else it is a line.
_CONTROLS: dict[object, Control] = {
    Text: "area",
    date: "day",
    int: "whole",
    bool: "tick",
    PointText: "point",
    tuple[FieldName, ...]: "texts",
    Scale: "scale",
}
#: Thing that a field names -> its control.
_OF: dict[str, Control] = {"action": "select", "priority": "select", "measure": "select", "rating": "radios"}
#: Control -> the endings of the names of its own fields. Of a point, `was` is hidden and holds their first values.
_PARTS: dict[Control, tuple[str, ...]] = {
    "point": ("issue", "day", "known", "was"),
    "texts": tuple(sorted(REDACTABLE)),
    "scale": ("needs_evidence", "needs_second_person"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    Attributes:
        name: its name: that of the event's field, with that of its group before it.
        control: the input control, and how its text is read.
        words: all words beside it.
        needed: whether it is required; in a group, whether the group requires it.
        of: the thing that it names, such as `action`; empty for none.
        new: whether the event gives the name to a new thing.
        group: the event's field that it is a part of, such as `source`; empty for none.
        values: the values to choose from, or the columns of a row.
        default: the value that a new form offers.
    """

    name: str
    control: Control
    words: Words
    needed: bool
    of: str = ""
    new: bool = False
    group: str = ""
    values: tuple[str, ...] = ()
    default: str = ""

    @property
    def label(self) -> str:
        """The label, without its mark."""
        return self.words.label or ""

    @property
    def mark(self) -> str:
        """The mark behind the label of an optional field."""
        return "" if self.words.marked is False or (self.needed and not self.group) else " (optional)"

    @property
    def names(self) -> list[str]:
        """Its name, and those of the fields that its control consists of."""
        return [self.name, *(f"{self.name}_{part}" for part in _PARTS.get(self.control, ()))]


def fields_of_event(event: str) -> tuple[Field, ...]:
    """The fields of an event's form, those that every event has last."""
    return _fields_of(EVENTS[event])


@cache
def _fields_of(model: type[BaseModel], group: str = "") -> tuple[Field, ...]:
    hints = get_type_hints(model, include_extras=True)
    fields: list[Field] = []
    for name in sorted(model.model_fields, key=Event.model_fields.__contains__):
        control, of, values = _control(hints[name])
        if isinstance(control, type):
            fields += _fields_of(control, name)
            continue
        whole, about = f"{group}_{name}" if group else name, model.model_fields[name]
        default = about.default if isinstance(about.default, str) else ""
        needed = about.is_required() or bool(default)
        if control == "point" and needed:
            default = "met"
        words = words_of(model.__name__, whole)
        label = words.label if words.label is not None else name.replace("_", " ").capitalize()
        hint = words.hint if words.hint is not None else about.description
        missing = words.missing or _missing(control, of.thing, label)
        chosen = missing[:1].upper() + missing[1:] if needed or words.marked is False else "None"
        said = Words(label, hint or "", missing, words.nothing or chosen, words.marked)
        fields.append(Field(whole, control, said, needed, of.thing, of.new, group, values, default))
    return tuple(fields)


def _control(hint: object) -> tuple[Control | type[BaseModel], Of, tuple[str, ...]]:
    """The control of a type, or the class of a group; the thing that it names; and its values."""
    if hint in _CONTROLS:
        return _CONTROLS[hint], Of(""), ()
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        control, of, values = _control(Annotated[*arguments[:-1]] if len(arguments) > 2 else arguments[0])
        if isinstance(arguments[-1], Of):
            of = arguments[-1]
            control = control if of.new else _OF.get(of.thing, control)
        return control, of, values
    if origin in (Union, UnionType):
        return _control(next(one for one in arguments if one is not type(None)))
    if origin is tuple:
        row = isinstance(arguments[0], type) and issubclass(arguments[0], BaseModel)
        return ("rows", Of(""), tuple(arguments[0].model_fields)) if row else ("lines", Of(""), ())
    if origin is Literal:
        return "select", Of(""), arguments
    return (hint if isinstance(hint, type) and issubclass(hint, BaseModel) else "line"), Of(""), ()


def _missing(control: Control, thing: str, label: str) -> str:
    """The error for a field that is needed and empty."""
    if control == "day":
        return "give a day, such as 2027-03-31"
    if control in ("select", "radios"):
        article = "an" if thing[:1] in "aeio" else "a"
        return f"choose {article} {thing}" if thing else f"choose the {label[:1].lower()}{label[1:]}"
    return f"enter the {label[:1].lower()}{label[1:]}"
