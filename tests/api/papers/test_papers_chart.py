"""The chart of ratings over time, its words and its table, and the bar."""

import re
from datetime import date
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import typst
from PIL import Image, ImageChops

from api.papers.chart import HEIGHT, WIDTH, alternative, over_time_table, rating_bar, ratings_chart
from api.papers.paper import Day
from projections.ratings_over_time import ratings_over_time
from tests.kit import APRIL, FEBRUARY, GRADES, MARCH, added, completed, given, rated

SVG = "{http://www.w3.org/2000/svg}"
STORY = given(
    *[added(f"2.{n}") for n in range(1, 31)],
    *[rated(f"2.{n}", "red", FEBRUARY) for n in range(1, 11)],
    *[rated(f"2.{n}", "amber", MARCH) for n in range(1, 6)],
    *[completed(f"2.{n}", APRIL) for n in range(1, 8)],
)


def document_of(story=STORY, day=date(2019, 4, 30)):
    return ratings_over_time(story.at(day))


def drawn(svg):
    """The drawing as a reader of XML sees it."""
    return ElementTree.fromstring(svg)  # noqa: S314 - our own drawing


def texts(svg):
    return [one.text for one in drawn(svg).iter(f"{SVG}text")]


def boxes(svg, fill):
    """Height and lower edge of each box of that colour, that of the legend first."""
    found = [one for one in drawn(svg).iter(f"{SVG}rect") if one.get("fill") == fill]
    return [(float(one.get("height")), float(one.get("y")) + float(one.get("height"))) for one in found]


def labelled(label):
    """A document whose first rating is called so."""
    document = document_of()
    return {**document, "ratings": [{**document["ratings"][0], "label": label}, *document["ratings"][1:]]}


def test_the_legend_reads_from_the_foot_of_the_columns_up():
    said = texts(ratings_chart(document_of()))
    assert said[:5] == ["Completed", "Green", "Amber", "Red", "Not rated"]


def test_the_figure_above_a_column_stands_clear_of_what_is_said_above_it():
    lines = {one.text: float(one.get("y")) for one in drawn(ratings_chart(document_of())).iter(f"{SVG}text")}
    caption = next(y for text, y in lines.items() if text.startswith("Actions by rating over time"))
    assert lines["30"] - 12 >= caption + 6


def test_the_best_rating_stands_at_the_foot_and_the_others_on_it():
    svg = ratings_chart(document_of())
    complete, red = boxes(svg, "#1d70b8"), boxes(svg, "#d4351c")
    assert len(complete) == 1 + 1
    assert len(red) == 1 + 3
    (tall, foot), (_, foot_of_red) = complete[-1], red[-1]
    assert foot_of_red < foot - tall


def test_columns_are_as_tall_as_their_counts():
    red = [tall for tall, _ in boxes(ratings_chart(document_of()), "#d4351c")]
    # Each is one unit less tall than its count makes it, for the gap: 10, 5 and 3 actions.
    ten, five, three = (tall + 1 for tall in red[1:])
    assert ten / five == pytest.approx(2, abs=0.01)
    assert ten / three == pytest.approx(10 / 3, abs=0.01)


def test_columns_bear_their_figures_and_totals_and_stand_over_their_months():
    said = texts(ratings_chart(document_of()))
    assert [one for one in said if re.fullmatch(r"[A-Z][a-z]{2} \d\d", one)] == ["Apr 19", "Mar 19", "Feb 19", "Jan 19"]
    assert said.count("30") == 4 + 1 + 1  # the totals, the top of the grid, and those not rated in January
    assert said.count("7") == 1
    assert said.count("20") == 3 + 1


def test_months_are_left_out_rather_than_run_into_each_other():
    for day in (date(2020, 12, 31), date(2024, 12, 31), date(2090, 1, 1)):
        root = drawn(ratings_chart(document_of(day=day)))
        days = [one for one in root.iter(f"{SVG}text") if re.fullmatch(r"[A-Z][a-z]{2} \d\d", one.text)]
        places = sorted(float(one.get("x")) for one in days)
        assert len(places) > 5
        assert min(b - a for a, b in pairwise(places)) >= 42
        assert days[0].text == f"{day:%b %y}"
        assert places[-1] + 18 <= WIDTH


def test_a_drawing_has_nothing_that_a_strict_content_policy_stops():
    for svg in (ratings_chart(document_of()), rating_bar([rating(3)], 2)):
        for element in drawn(svg).iter():
            assert element.tag.removeprefix(SVG) in {"svg", "rect", "path", "text"}
            assert not any(name == "style" or name.startswith("on") or "href" in name for name in element.attrib)
            assert "url(" not in str(element.attrib)


def test_the_words_of_people_become_no_markup():
    label = "<script>\"A\" & 'B'"
    svg = ratings_chart(labelled(label))
    assert "<script" not in svg
    assert label in texts(svg)
    assert "\x1b" not in ratings_chart(labelled("Red\x1b[31m\u202e"))


def test_a_long_word_is_cut_in_the_legend_and_stands_whole_in_the_table():
    document = labelled("Not yet on track because the partners have not agreed to it")
    assert "Not yet on track because the part…" in texts(ratings_chart(document))
    assert over_time_table(document).columns[1].title.endswith("have not agreed to it")


def test_the_same_document_gives_the_same_bytes():
    assert ratings_chart(document_of()) == ratings_chart(document_of())
    assert not re.search(r"\d\.\d{3}", ratings_chart(document_of()))


def test_ratings_without_a_colour_get_greys_apart():
    story = given(added("2.1"), added("2.2"), rated("2.1", "4"), rated("2.2", "1"), scale=GRADES)
    svg = ratings_chart(document_of(story))
    legend = [one.get("fill") for one in drawn(svg).iter(f"{SVG}rect")][:4]
    assert len(set(legend)) == 4
    assert all(re.fullmatch(r"#(..)\1\1", fill) for fill in legend)
    assert legend == sorted(legend)  # the best is the darkest


def test_a_plan_without_actions_says_so():
    assert "No actions in the plan" in texts(ratings_chart(document_of(given())))
    assert alternative(document_of(given(), date(2019, 1, 20))) == "Ratings as at 20 January 2019: 0 actions."


def test_the_alternative_says_how_it_began_and_how_it_stands():
    assert alternative(document_of()) == (
        "Ratings from January 2019 to April 2019, by month. At the start, 30 actions: 30 not rated. "
        "At the end, 30 actions: 3 Red, 7 Completed, 20 not rated."
    )


def test_the_table_has_the_figures_of_the_chart():
    table = over_time_table(document_of())
    titles = ["As at", "Red", "Amber", "Green", "Completed", "Not rated", "Total"]
    assert [column.title for column in table.columns] == titles
    assert table.rows[-1] == (Day("2019-04-30"), 3, 0, 0, 7, 20, 30)
    assert len(table.rows) == 4


def test_the_text_of_a_chart_shows_where_no_font_of_the_system_is_known():
    svg = ratings_chart(document_of())
    without = re.sub(r"<text.*?</text>", "", svg)
    full, bare = (Image.open(BytesIO(typeset(one))).convert("L") for one in (svg, without))
    assert sum(ImageChops.difference(full, bare).histogram()[64:]) > 1000


def typeset(svg):
    quoted = svg.replace('"', '\\"')
    page = f'#set page(width: auto, height: auto)\n#image(bytes("{quoted}"))'
    return typst.compile(page.encode(), format="png", ppi=96, ignore_system_fonts=True)


# The bar


def rating(count, colour: str | None = "#00703c", code="green"):
    return {"code": code, "label": "Green", "colour": colour, "count": count}


def test_the_bar_shares_its_width_by_the_counts_the_best_first():
    svg = rating_bar([rating(1, "#d4351c", "red"), rating(0, "#f47738", "amber"), rating(2)], 1)
    parts = [(one.get("fill"), float(one.get("x")), float(one.get("width"))) for one in drawn(svg)]
    assert parts == [("#00703c", 0, 496), ("#d4351c", 500, 248), ("#f3f2f1", 752, 248)]


def test_a_bar_of_five_parts_is_small():
    colours = ["#d4351c", "#f47738", "#00703c", "#1d70b8"]
    assert len(rating_bar([rating(n + 3, colour, colour) for n, colour in enumerate(colours)], 7)) <= 650


def test_a_bar_of_nothing_is_empty():
    assert list(drawn(rating_bar([rating(0)], 0))) == []


def test_a_colour_that_is_none_is_not_written_into_a_drawing():
    assert "onload" not in rating_bar([rating(1, 'red" onload="x')], 0)


def test_the_chart_keeps_to_its_frame():
    for one in drawn(ratings_chart(document_of())).iter(f"{SVG}rect"):
        x, y, wide, tall = (float(one.get(name)) for name in ("x", "y", "width", "height"))
        assert x >= 0 <= y
        assert x + wide <= WIDTH
        assert y + tall <= HEIGHT
