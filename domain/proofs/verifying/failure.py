"""The failure of a verification, and how its sentence shows a value."""

import json


class Failed(Exception):
    """Something does not hold: its place, and a sentence about it."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(f"{where}: {what}")


def shown(value: object) -> str:
    """A value as it stands in a sentence."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}..."


def plain(text: str) -> str:
    """A text that cannot speak to the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
