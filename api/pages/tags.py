"""Ratings on a page: words on the colours of the plan's scale."""

from collections.abc import Iterable

from markupsafe import Markup, escape
from typing_extensions import TypedDict

from api.papers.colours import ink_on
from api.papers.wording import NOT_RATED, safe_text


class TaggedRating(TypedDict):
    """The parts of a rating's tag."""

    code: str
    label: str
    colour: str | None


class Tags:
    """The tags of a page's ratings, and the CSS of their colours."""

    def __init__(self, ratings: Iterable[TaggedRating]) -> None:
        rules, self._tags = [], {}
        self._words: dict[str, str] = {}
        for place, rating in enumerate(ratings):
            label = escape(safe_text(rating["label"]))
            self._words[rating["code"]] = safe_text(rating["label"])
            self._tags[rating["code"]] = Markup('<b class="t r{}">{}</b>').format(place, label)
            if colour := rating["colour"]:
                ink = ink_on(colour)
                rules.append(f".r{place}{{background:{colour};color:{ink};border-color:{colour}}}")
        self.css = "".join(rules)

    def word(self, code: str) -> str:
        """The word of a rating without its colour, for ratings that do not count."""
        return self._words.get(code) or safe_text(code)

    def __call__(self, code: str | None) -> Markup:
        """The tag of a rating; an unknown code is shown as it is."""
        if code is None:
            return Markup('<span class="soft">{}</span>').format(NOT_RATED)
        return self._tags.get(code) or Markup('<b class="t">{}</b>').format(safe_text(code))
