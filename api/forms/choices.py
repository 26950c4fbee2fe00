"""Forms with ways to choose from, each with fields of its own: what was filled in must be under the way chosen.

Such a form carries unseen what its fields were filled in with when it was shown. What was changed since under another
way than the one chosen would go unheard, so whoever sent it is asked which they mean; sent once more, it stands.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode


def written(fields: Mapping[str, str]) -> str:
    """What the fields are filled in with, to be carried along by the form."""
    return urlencode(fields)


def unheard(
    chosen: str, ways: Mapping[str, tuple[str, ...]], said: Mapping[str, str], was: str | None = None
) -> str | None:
    """The way under which something was filled in although another was chosen; None where there is none.

    Args:
        chosen: the way that was chosen.
        ways: the fields under each.
        said: what the fields hold by now; one that was not sent, or was emptied, is not filled in.
        was: what they were filled in with, as `written`; a field not in it was empty.
    """
    before = dict(parse_qsl(was or "", keep_blank_values=True))
    for way, fields in ways.items():
        if way != chosen and any(said.get(name) and said[name] != before.get(name, "") for name in fields):
            return way
    return None


def which_is_meant(filled_in: str, chosen: str) -> str:
    """What is asked of whoever filled in something under another way than they chose; both as the form calls them."""
    return f"you filled in something under “{filled_in}” but chose “{chosen}”: choose which you mean"
