"""Bar charts made of boxes: no other host is asked, no script is needed, and letters keep their size."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST = 2  # percent: a bar that is there can be seen


@dataclass(frozen=True, slots=True)
class Figure:
    """A label and one number for each series of its chart; ``url`` leads to what was counted."""

    label: str
    numbers: tuple[int, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: the number that it stands for, and its length in percent of the longest."""

    number: int
    percent: int
    label: str = ""
    series: int = 0


@dataclass(frozen=True, slots=True)
class ChartRow:
    """The bars of one figure, one for each series."""

    label: str
    url: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars: things beside one another."""

    title: str
    series: tuple[str, ...]
    rows: tuple[ChartRow, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Columns: one thing over time, scaled to the largest of them."""

    title: str
    bars: tuple[Bar, ...]
    note: str = ""


def comparison(title: str, figures: Sequence[Figure], *, series: tuple[str, ...] = ("",)) -> Chart:
    """Lay out horizontal bars, one for each series, all of one scale."""
    largest = max((abs(number) for figure in figures for number in figure.numbers), default=0)
    rows = tuple(
        ChartRow(
            figure.label,
            figure.url,
            tuple(
                Bar(number, percent(number, largest), series=place)
                for place, number in enumerate(figure.numbers)
            ),
        )
        for figure in figures
    )
    return Chart(title, series, rows)


def history(title: str, values: Iterable[tuple[str, int]], *, unit: str) -> History:
    """Lay out columns for consecutive moments, such as days, each with its label."""
    pairs = list(values)
    largest = max((number for _, number in pairs), default=0)
    total = sum(number for _, number in pairs)
    note = f"{total:,} in {len(pairs)} {unit}s, {largest:,} in the busiest"
    return History(
        title, tuple(Bar(number, percent(number, largest), label) for label, number in pairs), note
    )


def percent(number: int, largest: int) -> int:
    """Return the length of a bar; a negative number, as a correction has it, is shown by its text alone."""
    if number <= 0 or largest <= 0:
        return 0
    return max(round(number / largest * 100), LEAST)
