"""A counter's growth by day as a row of bars, drawn into the page: it asks no other host for anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

BAR, GAP, HEIGHT = 14, 4, 72
LEAST = 2  # a bar that is there can be seen


@dataclass(frozen=True, slots=True)
class Bar:
    """One day."""

    x: int
    y: int
    height: int
    day: date
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """All days of one counter, scaled to the largest of them."""

    name: str
    bars: tuple[Bar, ...]
    total: int
    largest: int
    bar: int = BAR
    height: int = HEIGHT

    @property
    def width(self) -> int:
        """The width of the drawing."""
        return len(self.bars) * (BAR + GAP)


def chart(name: str, values: Sequence[int], *, first: date) -> Chart:
    """Lay out the values of consecutive days from ``first`` on."""
    largest = max(values)
    bars = tuple(_bar(index, value, largest, first) for index, value in enumerate(values))
    return Chart(name, bars, sum(values), largest)


def _bar(index: int, value: int, largest: int, first: date) -> Bar:
    height = max(round(value / largest * HEIGHT), LEAST) if value else 0
    return Bar(index * (BAR + GAP), HEIGHT - height, height, first + timedelta(days=index), value)
