"""Due dates as English councils write them: "31/03/19", "November 2019", "Q3 2019/20", "Ongoing".

Nothing is guessed: a text that does not have one certain last possible day keeps its words and gets no date.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, TypeAlias

Precision = Literal["day", "month", "quarter", "year", "ongoing", "text"]


@dataclass(frozen=True, slots=True)
class Timescale:
    """A due date: the words exactly as written, and the last possible day where they settle one."""

    text: str
    due: date | None
    precision: Precision


_Reading: TypeAlias = tuple[date | None, Precision]
_Dated: TypeAlias = tuple[date, Precision]
_Form: TypeAlias = tuple[re.Pattern[str], Callable[[re.Match[str]], _Dated]]

_NOT_READ: _Reading = (None, "text")
_LONGEST = 200  # a longer text is prose, not a due date; also bounds the work on hostile text
_LONGEST_SPAN = 25  # years in "2016-18"; more is no period: "2019-11" is a month, "2019/18" a slip
_QUARTERS = {"one": 1, "first": 1, "two": 2, "second": 2, "three": 3, "third": 3, "four": 4, "fourth": 4}
# Dashes of every length become "-"; invisible characters (soft hyphen, zero-width, byte order mark) are dropped.
_PLAIN = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212\u2018\u2019", "------''", "\u00ad\u200b\u200d\ufeff")
_EDGES = " .,;:!*•()[]\"'-"

# Digits are written out as 0-9, so those of other scripts never count. Every repetition is bounded (spaces have been
# made single before), so no text makes these slow. Years other than 19xx and 20xx are slips ("Sep 2106").
_MON = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_D = "[0-9]{1,2}"
_ORD = "(?: ?(?:st|[nr]d|th)(?![a-z]))"
_Y4 = "(?:19|20)[0-9]{2}(?![0-9])"
_Y2 = f"[0-9]{{2}}(?![0-9]|{_ORD}| ?{_MON})"  # in "1 March - 30 June 2019" 30 is the day of what follows, not a year
_Y = f"(?P<y>(?:{_Y4}|{_Y2}))"
_NOT_FINANCIAL = "(?!/[0-9]{2}(?![0-9]))"  # "March 2019/20" could be either March
_GAP = "[ ,./'-]{0,3}"
_WEEKDAY = "(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[ ,]{1,2})?"
_PAIR = f"(?P<first>{_Y4}|{_Y2}) ?[/-] ?(?P<second>{_Y4}|{_Y2})(?![/.-][0-9])"
_NTH = "(?:(?:q|quarter) ?(?P<q>[1-4]|one|two|three|four)|(?P<nth>1st|2nd|3rd|4th|first|second|third|fourth) quarter)"


def _full_year(written: str) -> int:
    return int(written) if len(written) == 4 else 2000 + int(written)


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _day_or_month(m: re.Match[str]) -> _Dated:
    year, named = _full_year(m["y"]), m["m"]
    month = int(named) if named.isdigit() else "janfebmaraprmayjunjulaugsepoctnovdec".index(named[:3]) // 3 + 1
    return (date(year, month, int(m["d"])), "day") if "d" in m.re.groupindex else (_last_day(year, month), "month")


def _years(m: re.Match[str]) -> _Dated:
    first, second = _full_year(m["first"]), m["second"]
    span = int(second) - first if len(second) == 4 else (int(second) - first) % 100
    if span > _LONGEST_SPAN and re.fullmatch("[0-9]{4}-[0-9]{2}", m[0]):
        return _last_day(first, int(second)), "month"
    # "18/19" is a financial year because it can be neither a day and month nor a month and year; "11/12" could.
    if not 1 <= span <= _LONGEST_SPAN or (len(m["first"]) == 2 and (span > 1 or first <= 2012 or "/" not in m[0])):
        raise ValueError(f"{m[0]} is not a period of years")
    # Longer spans end in March too: Stockton's "2016-18" strategy runs, in its own words, to March 2018.
    return date(first + span, 3, 31), "year"


def _quarter(m: re.Match[str]) -> _Dated:
    number = m["q"] or m["nth"]
    quarter = _QUARTERS.get(number) or int(number[0])
    # "Q2 2019" may be of the calendar or the financial year: the one that starts in 2019 ends the later.
    start = _full_year(m["first"] or m["y"])
    if m["first"] and _years(m)[0] != date(start + 1, 3, 31):
        raise ValueError(f"{m[0]} is not a quarter of one year")
    return (_last_day(start + 1, 3) if quarter == 4 else _last_day(start, quarter * 3 + 3)), "quarter"


# Longest first: the first form that fits counts; if its date is impossible, no other form is tried.
_MONTHS_AND_DAYS: tuple[_Form, ...] = tuple(
    (re.compile(pattern), _day_or_month)
    for pattern in (
        f"(?P<y>{_Y4})(?P<sep>[-/.])(?P<m>{_D})(?P=sep)(?P<d>{_D})(?![0-9])(?:[t ]00:00(?::00)?)?",
        f"(?P<d>{_D}) ?(?P<sep>[-/.]) ?(?P<m>{_D}) ?(?P=sep) ?{_Y}",
        f"{_WEEKDAY}(?P<d>{_D}){_ORD}?{_GAP}(?:of )?(?P<m>{_MON}){_GAP}{_Y}{_NOT_FINANCIAL}",
        f"(?P<m>{_MON})[. ]{{0,2}}(?P<d>{_D}){_ORD}?,? (?P<y>{_Y4}){_NOT_FINANCIAL}",
        f"(?P<m>{_MON}){_GAP}{_Y}{_NOT_FINANCIAL}",
        f"(?P<m>{_D})[/.-](?P<y>{_Y4}){_NOT_FINANCIAL}",
    )
)
_FORMS: tuple[_Form, ...] = (
    *_MONTHS_AND_DAYS,
    (re.compile(rf"{_NTH}(?![a-z0-9])[ ,(/-]{{0,3}}(?:of )?(?:the )?(?:fy ?)?(?:{_PAIR}|(?P<y>{_Y4}))\)?"), _quarter),
    (re.compile(f"(?:(?:financial )?year |fy ?)?{_PAIR}"), _years),
    (re.compile(f"(?P<y>{_Y4})"), lambda m: (date(int(m["y"]), 12, 31), "year")),
)
# The start of a range or list with a year only at its end: "Sep - Dec 2016", "1-30 June 2019", "Q3/Q4 2019/20".
_DAY = f"{_D}(?![0-9]){_ORD}?"
_YEARLESS = re.compile(f"(?:{_DAY} ?)?{_MON}(?![a-z])|{_DAY}(?= ?(?:-|to|and|&) ?{_DAY} ?{_MON})|q[1-4](?![0-9])")
_JOIN = re.compile(" ?(?:(?P<range>-|to |until |till )|and |or |[&,;/+]) ?")
_LEAD = re.compile(
    "(?:(?:by|before the end of|(?:no|not) later than|(?:for )?completion by|(?:to be )?complete by|to be completed by"
    "|(?:due|target)(?: date)?|date|deadline|week ending|w/e|until|till|up to|on-?going (?:until|till|to)|beginning of"
    "|start of|early|mid|late|the|end of|end|in|on|at|during|throughout|within|for|of)(?: ?: ?| |-))*+"
)
_ONGOING = "on[- ]?going(?![a-z])"
_ONGOING_FIRST = re.compile(f"{_ONGOING}|continuous(?:ly)?(?:$| ?[-,;:(/]| (?:and|from|in) )")
_ONGOING_LAST = re.compile(f"(?:[0-9] ?|[-,;:/&(+] ?|(?:and|then) |going ){_ONGOING}$|[0-9],? onwards?$")
_CANDIDATE = re.compile(
    f"(?<![a-z0-9])(?<![0-9][./-])(?:(?:{_D}{_ORD}?{_GAP}(?:of )?)?{_MON}{_GAP}[0-9]|(?:{_D} ?|{_Y4})[/.-] ?[0-9])"
)
# In running text "May 19 posts", "paragraph 6.1.19" and "form 11-2019" may be no dates; "(Dec 19)" is one.
_DOUBTFUL = re.compile(
    f"{_MON} [0-9]{{2}}(?![0-9]|{_ORD}|,? {_Y4}| ?(?:[.;)]|$))|{_D}[.]{_D}[.][0-9]{{2}}(?![0-9])|{_D}[.-][0-9]{{4}}"
)


def _plain(text: str) -> str:
    return " ".join(text.translate(_PLAIN).lower().split()).strip(_EDGES)


def _date_at(text: str, at: int, forms: tuple[_Form, ...]) -> tuple[int, _Dated | None]:
    """The end of the date at this place (0: no date is written there), and the date (None: there is no such day)."""
    for pattern, reading in forms:
        if m := pattern.match(text, at):
            try:
                return m.end(), reading(m)
            except ValueError:
                return m.end(), None
    return 0, None


def _dates(text: str) -> _Reading:
    """A range is due by its end, a list by its latest date; "from" alone gives a start, which is no due date."""
    opens = text.startswith(("from ", "between "))
    at, join, latest = (text.index(" ") + 1 if opens else 0), None, None
    while lead := _LEAD.match(text, at):
        at, dated = _date_at(text, lead.end(), _FORMS)
        if not at and (yearless := _YEARLESS.match(text, lead.end())):
            at = yearless.end()
        elif dated is None or (join and join["range"] and latest and dated[0] < latest[0]):
            break
        elif latest is None or dated[0] >= latest[0]:
            latest = dated
        if at == len(text) and dated and latest and (join or not opens):
            return latest
        if (join := _JOIN.match(text, at)) is None:
            break
        at = join.end()
    return _NOT_READ


def _read(text: str) -> _Reading:
    reading = _dates(text) if len(text) <= _LONGEST else _NOT_READ
    ongoing = reading is _NOT_READ and (_ONGOING_FIRST.match(text) or _ONGOING_LAST.search(text))
    return (None, "ongoing") if ongoing else reading


@lru_cache(maxsize=4096)
def read_timescale(text: str) -> Timescale:
    """Read a due date: the last day on which the action is still in time under any reading of the words.

    The day comes before the month; two-digit years are 20xx; a pair of years ("2019/20", "2016-18") is financial and
    ends on 31 March; "early" and "late" do not narrow their month; ranges and lists are due by their last day. Left
    as text: seasons and terms (no agreed last day), starts ("from May 2019"), dates without a year, impossible dates,
    "Completed July 2019" (when it was done, not when it was due) and any text that is not read whole.
    """
    due, precision = _read(_plain(text))
    if due is None and precision == "text" and len(lines := text.splitlines()) > 1:
        # A table cell with a date for each part: the lines are a list if they cannot be one date broken over lines.
        due, precision = _read("; ".join(line for each in lines if (line := _plain(each))))
    return Timescale(text, due, precision)


def months_named(text: str) -> tuple[date, ...]:
    """The last days of the months named with their year in a running text, alone or in a date; earliest first."""
    plain, months, done = _plain(text), set[date](), 0
    for candidate in _CANDIDATE.finditer(plain):
        at = candidate.start()
        if at < done or _DOUBTFUL.match(plain, at):
            continue
        end, dated = _date_at(plain, at, _MONTHS_AND_DAYS)
        done = max(done, end)
        if dated:
            months.add(_last_day(dated[0].year, dated[0].month))
    return tuple(sorted(months))
