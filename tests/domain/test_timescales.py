"""Due dates as councils write them, and the months that running text names."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.timescales import Timescale, months_named, read_timescale
from tests.measuring import times_as_long

READ = {
    "day": {
        date(2019, 3, 31): """31/03/19 | 31/3/19 | 31/03/2019 | 31.03.2019 | 31-03-2019 | 2019-03-31 | 2019/03/31
            | 2019-03-31 00:00:00 | 31 / 03 / 2019 | 31 March 2019 | 31st March, 2019 | 31st of March 2019 | 31 Mar 19
            | 31-Mar-19 | 31MARCH 2019 | March 31st 2019 | March 31, 2019 | Sunday 31 March 2019 | Sun, 31 Mar 2019
            | by 31/03/19 | no later than 31 March 2019 | Due date: 31/03/2019 | week ending 31 March 2019
            | (31/03/19) | 31/03/19. | 1 April 2018 to 31 March 2019 | 1-31 March 2019 | 1st and 31st March 2019
            | 1 February - 31 March 2019 | 01/01/19-31/03/19 | between 1 March 2019 and 31 March 2019""",
        date(2020, 2, 29): "29/02/2020 | 29 Feb 2020",
        date(2019, 5, 31): "Friday 31 May 2019 | 31 st May 2019",
    },
    "month": {
        date(2019, 11, 30): """November 2019 | NOVEMBER  2019 | Nov 2019 | Nov. 2019 | Nov-19 | Nov 19 | Nov '19
            | Nov ’19 | November, 2019 | 11/2019 | 11-2019 | 2019-11 | end of November 2019 | End November 2019
            | by November 2019
            | by the end of November 2019 | early November 2019 | mid-November 2019 | late November 2019
            | During November 2019 | to be completed by November 2019 | Until November 2019
            | Ongoing until November 2019 | Oct/Nov 2019 | October and November 2019
            | from March 2019 to November 2019 | Dec-18 - Nov-19""",
        date(2016, 9, 30): "Sept 2016 | Sep 2016 | September 2016",
        date(2016, 12, 31): "Sep - Dec 2016 | Sep – Dec 2016 | September to December 2016",
        date(2020, 7, 31): "July 2019 – July 2020 | July 2020; July 2019",
        date(2020, 2, 29): "February 2020",
    },
    "quarter": {
        date(2019, 6, 30): "Q1 2019/20 | Quarter One 2019-20 | first quarter of 2019/20 | Q1 2019",
        date(2019, 9, 30): "Q2 2019 | Q2 19/20 | Q1 and Q2 2019/20",  # calendar or financial? the later last day
        date(2019, 12, 31): "Q3 2019-20 | Quarter 3 2019/20 | Q3 of 2019/2020 | Q3 (2019/20) | end of Q3, 2019/20",
        date(2019, 3, 31): "Q4 of 2018/19 | q4 2018",
    },
    "year": {
        date(2019, 12, 31): "2019 | during 2019 | By end of 2019 | 2018 to 2019",
        date(2020, 3, 31): """2019/20 | 2019-20 | 2019–20 | 2019-2020 | FY 2019/20 | 19/20
            | end of the financial year 2019/20""",
        date(2018, 3, 31): "2016-18 | 2016/18 | 2016 - 2018",  # Stockton's 2016-18 strategy ends in March 2018
        date(2000, 3, 31): "1999/00",
    },
}  # fmt: skip
TABLE = [
    (written.strip(), due, precision)
    for precision, days in READ.items()
    for due, several in days.items()
    for written in several.split("|")
]
ONGOING = (
    "Ongoing | ONGOING. | On-going | On going | ongoing from May 2019 | Ongoing - review March 2020"
    " | Ongoing in 2016/17 | Ongoing (quarterly reports) | Continuous | Continuous from May 2019"
    " | March 2017 and ongoing | March 2017 / ongoing | March 2017 (ongoing) | Immediate and ongoing"
    " | from May 2019 onwards"
)
WITHOUT_A_DATE = (
    "Immediate | Completed | TBC | N/A | Annual plan and implementation | Quarterly | Spring 2019"
    " | Autumn term 2019 | end of academic year 2019/20 | from May 2019 | starting May 2019"
    " | after May 2019 | before May 2019 | May | 31 May | w/c 27 May 2019 | end of month"
    " | within 3 months | Completed July 2019 | completed by July 2019 | March 2019? | Review March 2020"
    " | Continuous improvement | Not ongoing | 31 March 2019 and June | July 2020 - July 2019"
    " | 31/02/2019 | 31/13/2019 | 32/12/2019 | 29/02/2019 | 30 February 2019 | 13/2019 | 2019-02-30"
    " | 31/12.2019 | 0/0/0000 | 11/12 | 11/19 | 14-15 | 2019/18 | 2019/11 | 2019/20/21 | 2020s"
    " | March 2019/20 | Q5 2019/20 | Q1 2016-18 | Q4 19 | 1234 | 311/03/19 | 31/03/019 | ٣١/٠٣/٢٠١٩"
    " | ２０１９ | ²019"  # noqa: RUF001
)
EDGE_OF_THE_CENTURIES = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(("written", "due", "precision"), TABLE)
def test_a_due_date_is_read_as_its_last_possible_day(written: str, due: date, precision: str) -> None:
    assert (read_timescale(written).due, read_timescale(written).precision) == (due, precision)


@pytest.mark.parametrize("written", ONGOING.split(" | "))
def test_what_goes_on_has_no_last_day(written: str) -> None:
    assert read_timescale(written) == Timescale(written, None, "ongoing")


@pytest.mark.parametrize("written", ["", " ", "\x00", *WITHOUT_A_DATE.split(" | ")])
def test_what_is_not_certain_stays_text(written: str) -> None:
    assert read_timescale(written) == Timescale(written, None, "text")


@pytest.mark.parametrize(
    ("written", "due", "precision"),
    [
        # Sunderland 2019
        ("31/03/19", date(2019, 3, 31), "day"),
        ("31/12/18", date(2018, 12, 31), "day"),
        # Stockton post-Ofsted plan and scrutiny monitoring
        ("May 2019", date(2019, 5, 31), "month"),
        ("June 2019", date(2019, 6, 30), "month"),
        ("July 2019", date(2019, 7, 31), "month"),
        ("September 2019", date(2019, 9, 30), "month"),
        ("October 2019", date(2019, 10, 31), "month"),
        ("November 2019", date(2019, 11, 30), "month"),
        ("December 2019", date(2019, 12, 31), "month"),
        ("January 2020", date(2020, 1, 31), "month"),
        ("July 2019 – July 2020", date(2020, 7, 31), "month"),
        # Stockton strategy 2016-18
        ("Apr 2016", date(2016, 4, 30), "month"),
        ("April 2016", date(2016, 4, 30), "month"),
        ("Jun 2016", date(2016, 6, 30), "month"),
        ("Sep 2016 ", date(2016, 9, 30), "month"),
        ("Dec 2016", date(2016, 12, 31), "month"),
        ("Mar 2017", date(2017, 3, 31), "month"),
        ("April 2016 – March 2018", date(2018, 3, 31), "month"),
        ("April 2016 \nApril 2016 \nMay 2016 \nMay 2016 \n", date(2016, 5, 31), "month"),
        ("April 2016 \nOngoing \nOngoing", None, "ongoing"),
        ("Ongoing in \n2016/17", None, "ongoing"),
        ("Ongoing  ", None, "ongoing"),
        ("Annual plan and \nimplementation ", None, "text"),
        ("Sep 2106", None, "text"),  # a slip for 2016, which is not ours to put right
    ],
)
def test_every_shape_of_the_source_documents_is_read(written: str, due: date | None, precision: str) -> None:
    assert read_timescale(written) == Timescale(written, due, precision)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "frame", ["  {}  ", "\u00a0{}\u00a0", "{}.", "{};", "({})", "\ufeff{}\n", "• {}", "\t{}\r\n", "{},"]
)
def test_layout_around_a_date_is_not_part_of_it(frame: str) -> None:
    assert read_timescale(frame.format("November\u00a02019")).due == date(2019, 11, 30)
    assert read_timescale(frame.format("november \n 2019")).due == date(2019, 11, 30)


@given(st.text() | st.text("0123456789 /-.,;&qQmayjundectog\n\u00a0–", max_size=40))
def test_no_text_is_refused_and_every_text_is_kept(text: str) -> None:
    timescale = read_timescale(text)
    assert timescale.text == text
    assert (timescale.due is None) == (timescale.precision in ("ongoing", "text"))
    months_named(text)


@given(
    EDGE_OF_THE_CENTURIES,
    st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %B %Y", "%A %d %b %Y", "%B %dth, %Y"]),
)
def test_every_real_day_is_read_however_it_is_written(day: date, form: str) -> None:
    assert read_timescale(day.strftime(form)).due == day
    assert [(month.year, month.month) for month in months_named(f"Due {day.strftime(form)}, we hope")] == [
        (day.year, day.month)
    ]


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["%d/%m/%y", "%d %B %y", "%d-%b-%y"]))
def test_two_digit_years_are_of_this_century(day: date, form: str) -> None:
    assert read_timescale(day.strftime(form)).due == day


@given(EDGE_OF_THE_CENTURIES, EDGE_OF_THE_CENTURIES, st.sampled_from(["{} - {}", "{} to {}", "from {} to {}", "{}–{}"]))
def test_a_range_is_due_by_its_end_unless_it_runs_backwards(start: date, end: date, form: str) -> None:
    written = form.format(start.strftime("%d %B %Y"), end.strftime("%d/%m/%Y"))
    assert read_timescale(written).due == (end if start <= end else None)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("another post anticipated October 2019", [(2019, 10)]),
        ("from July 2019. Done by Dec. 2019, seen 4th July, 2019", [(2019, 7), (2019, 12)]),
        ("between 20 May and 24 May 2019", [(2019, 5)]),
        ("audits (Dec 19) and Nov-19", [(2019, 11), (2019, 12)]),
        ("31/03/19, 30.04.2019, 2018-12-01T09:00 and 06/2019", [(2018, 12), (2019, 3), (2019, 4), (2019, 6)]),
        ("May 20th 2019 then March 3, 2020", [(2019, 5), (2020, 3)]),
        ("1-30 June 2019", [(2019, 6)]),
        ("It may be March, in 2019 or by May; in May 19 posts were filled", []),
        ("2018/19, March 2019/20, paragraph 6.1.19, form 11-2019, Q3 2019/20, 2019", []),
        ("31/02/2019 and 30 February 2019 and 13/2019", []),
        ("Dismay 2019, x31/03/19, March 20190, March 2106, March ２０１９", []),  # noqa: RUF001
    ],
)
def test_running_text_names_the_months_that_have_a_year(text: str, months: list[tuple[int, int]]) -> None:
    assert [(last.year, last.month) for last in months_named(text)] == months


def test_the_month_named_is_its_last_day() -> None:
    assert months_named("expected 3 February 2020 or October 2019") == (date(2019, 10, 31), date(2020, 2, 29))


def test_a_text_too_long_for_a_due_date_is_prose() -> None:
    months = ", ".join(["March 2019"] * 16)
    assert read_timescale(months).due == date(2019, 3, 31)
    assert read_timescale(f"{months}, {months}").precision == "text"


HOSTILE = "1 |1  |1/|1.|may |1 may |1/1/2019 |mar 1 |2019-|2019, |the end of |ongoing |1 st |and ongoing, |\x00٣"


@pytest.mark.parametrize("piece", HOSTILE.split("|"))
def test_hostile_text_of_twenty_times_the_length_takes_some_twenty_times_as_long(piece: str) -> None:
    """And not its square, 400 times."""

    def read(length: int) -> None:
        text = (piece * length)[:length]
        read_timescale.__wrapped__(text)
        months_named(text)
        read_timescale.__wrapped__("\n".join(text[: length // 2]))

    assert times_as_long(lambda: read(10_000), lambda: read(500)) < 100
