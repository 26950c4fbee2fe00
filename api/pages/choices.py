"""Forms with alternatives, each with its own fields: values must be under the alternative chosen.

Such a form has a hidden field with its values as first shown. A value changed since under another alternative would be
ignored, so the sender is asked which is meant; if the same form is sent again, the choice stands.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode


def written(fields: Mapping[str, str]) -> str:
    """The values of fields, encoded for the hidden field."""
    return urlencode(fields)


def unheard(
    chosen: str, ways: Mapping[str, tuple[str, ...]], said: Mapping[str, str], was: str | None = None
) -> str | None:
    """The alternative whose fields were changed although another was chosen; None if there is none.

    Args:
        chosen: the alternative chosen.
        ways: alternative -> its fields.
        said: the current values; a field not sent, or emptied, does not count.
        was: the values first shown, encoded by `written`; a missing field was empty.
    """
    before = dict(parse_qsl(was or "", keep_blank_values=True))
    for way, fields in ways.items():
        if way != chosen and any(said.get(name) and said[name] != before.get(name, "") for name in fields):
            return way
    return None


def which_is_meant(filled_in: str, chosen: str) -> str:
    """The question to the sender which of two alternatives is meant; both by their labels in the form."""
    return f"you filled in something under “{filled_in}” but chose “{chosen}”: choose which you mean"
