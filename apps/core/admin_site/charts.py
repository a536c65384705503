"""Bar charts drawn by the server: the site asks no other host for anything, and needs no script for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, LABELS, NUMBERS = 640, 180, 70  # the bars have what the labels and the numbers leave
BAR, GAP = 14, 10
COLUMN, COLUMN_GAP, HEIGHT = 14, 4, 96
LEAST = 2  # a bar that is there can be seen
LONGEST_LABEL = 26  # characters


@dataclass(frozen=True, slots=True)
class Figure:
    """A label and one number for each series of its chart; ``url`` leads to what was counted."""

    label: str
    numbers: tuple[int, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle, and the number that it stands for."""

    x: float
    y: float
    width: float
    height: float
    number: int
    label: str = ""
    series: int = 0

    @property
    def middle(self) -> float:
        """Where the number's text is centred."""
        return self.y + self.height / 2

    @property
    def end(self) -> float:
        """Where the number begins."""
        return self.x + self.width + 6


@dataclass(frozen=True, slots=True)
class Row:
    """The bars of one figure, one for each series."""

    label: str
    full_label: str
    url: str
    middle: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars: things beside one another."""

    title: str
    series: tuple[str, ...]
    rows: tuple[Row, ...]
    height: int
    width: int = WIDTH
    labels: int = LABELS


@dataclass(frozen=True, slots=True)
class History:
    """Columns: one thing over time, scaled to the largest of them."""

    title: str
    bars: tuple[Bar, ...]
    note: str = ""
    height: int = HEIGHT

    @property
    def width(self) -> int:
        """The width of the drawing."""
        return len(self.bars) * (COLUMN + COLUMN_GAP)


def comparison(title: str, figures: Sequence[Figure], *, series: tuple[str, ...] = ("",)) -> Chart:
    """Lay out horizontal bars, one for each series, all of one scale."""
    largest = max((abs(number) for figure in figures for number in figure.numbers), default=0) or 1
    scale = (WIDTH - LABELS - NUMBERS) / largest
    row_height = BAR * len(series) + GAP
    rows = tuple(_row(figure, top=index * row_height, scale=scale) for index, figure in enumerate(figures))
    return Chart(title, series, rows, height=row_height * len(figures))


def history(title: str, values: Iterable[tuple[str, int]], *, unit: str) -> History:
    """Lay out columns for consecutive moments, such as days, each with its label."""
    pairs = list(values)
    numbers = [number for _, number in pairs]
    largest = max(numbers, default=0)
    note = f"{sum(numbers)} in {len(pairs)} {unit}s, {largest} in the busiest"
    return History(title, tuple(_column(index, *pair, largest) for index, pair in enumerate(pairs)), note)


def _row(figure: Figure, *, top: int, scale: float) -> Row:
    bars = tuple(
        # A negative number, as a correction has it, is shown by its text alone.
        Bar(LABELS, top + series * BAR, round(max(number, 0) * scale, 1), BAR, number, series=series)
        for series, number in enumerate(figure.numbers)
    )
    label = figure.label
    shown = label if len(label) <= LONGEST_LABEL else f"…{label[1 - LONGEST_LABEL :]}"
    return Row(shown, label, figure.url, top + BAR * len(bars) / 2, bars)


def _column(index: int, label: str, number: int, largest: int) -> Bar:
    height = max(round(number / largest * HEIGHT), LEAST) if number else 0
    return Bar(index * (COLUMN + COLUMN_GAP), HEIGHT - height, COLUMN, height, number, label)
