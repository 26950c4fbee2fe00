"""Argument types besides those of click. The imports are light, because the help of a command loads them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api import clock
from api.last_day import end_of_last_day
from domain.points import PointUnreadable, read_instant, read_point


class Written(click.ParamType[str]):
    """A text in a notation; a syntax error is reported as a usage error before anything is opened."""

    def __init__(self, name: str, read: Callable[[str], object]) -> None:
        self.name, self._read = name, read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text unchanged: answers repeat it as it was asked."""
        try:
            self._read(str(value))
        except PointUnreadable as error:
            self.fail(str(error), param, ctx)
        return str(value)


class LastDay(click.ParamType[datetime]):
    """The last day on which something is valid, in London; read as the instant at which that day is over."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant at which that day ends; a usage error for no valid day, or one already over."""
        if isinstance(value, datetime):
            return value
        try:
            return end_of_last_day(value, clock.now())
        except ValueError as error:
            self.fail(str(error), param, ctx)


class CheckpointSize(click.ParamType[Any]):
    """The size of a checkpoint, or a file that holds one."""

    name = "since"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | Path:
        """A number, or the path of an existing file."""
        if str(value).isdecimal() and str(value).isascii():
            return int(value)
        file: Path = click.Path(exists=True, dir_okay=False, path_type=Path).convert(value, param, ctx)
        return file


POINT = Written("point", read_point)
INSTANT = Written("instant", read_instant)
LAST_DAY = LastDay()
CHECKPOINT_SIZE = CheckpointSize()

#: The types by the names that the table of arguments uses.
NAMED: dict[str, click.ParamType[Any]] = {one.name: one for one in (POINT, INSTANT, LAST_DAY, CHECKPOINT_SIZE)}
