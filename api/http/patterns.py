"""Regular expressions for names, days and points, for the OpenAPI description.

`domain.points` reads points without them, because a pattern cannot tell what is wrong.
"""

from domain.texts import SLUG as SLUG

_YEAR = r"([0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})"
_MONTH_AND_DAY = r"((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
_LEAP_YEAR = r"([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_DAY = rf"({_YEAR}-{_MONTH_AND_DAY}|{_LEAP_YEAR}-02-29)"
_OFFSET = r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_RECENT_DAY = rf"[12][0-9]{{3}}-{_MONTH_AND_DAY}"
_INSTANT = rf"{_RECENT_DAY}(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?{_OFFSET})?"
_SOME_WORDS = r"[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*"

INSTANT = rf"^{_INSTANT}$"
POINT = rf"^(now|{_DAY}(@([1-9][0-9]{{0,17}}|{_INSTANT}))?|issue:{_SOME_WORDS}|told:{_SOME_WORDS}@{_DAY})$"
#: An author's name in printable ASCII, which every program can put into a header; others are sent in UTF-8.
AUTHOR = r"^[!-~]([ -~]*[!-~])?$"
