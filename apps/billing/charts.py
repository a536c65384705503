"""Bar charts as inline SVG: drawn by the server, so that the admin asks no other host for anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.billing.figures import Figure

WIDTH, LABELS, NUMBERS = 640, 180, 70  # the bars have what the labels and the numbers leave
BAR, GAP = 14, 10
LONGEST_LABEL = 26  # characters


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle and the number beside it."""

    series: int
    y: int
    width: float
    number: int

    @property
    def middle(self) -> float:
        """Where the number's text is centred."""
        return self.y + BAR / 2

    @property
    def end(self) -> float:
        """Where the number begins."""
        return LABELS + self.width + 6


@dataclass(frozen=True, slots=True)
class Row:
    """The bars of one figure."""

    label: str
    full_label: str
    middle: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A titled chart with its rows in place."""

    title: str
    series: tuple[str, ...]
    rows: tuple[Row, ...]
    height: int
    width: int = WIDTH
    labels: int = LABELS
    bar: int = BAR


def bar_chart(title: str, figures: Sequence[Figure], *, series: tuple[str, ...] = ("",)) -> Chart:
    """Lay out horizontal bars, one for each series, all of one scale."""
    largest = max((abs(number) for figure in figures for number in figure.numbers), default=0) or 1
    scale = (WIDTH - LABELS - NUMBERS) / largest
    row_height = BAR * len(series) + GAP
    rows = tuple(_row(figure, top=index * row_height, scale=scale) for index, figure in enumerate(figures))
    return Chart(title, series, rows, height=row_height * len(figures))


def _row(figure: Figure, *, top: int, scale: float) -> Row:
    bars = tuple(
        # A negative number, as a correction has it, is shown by its text alone.
        Bar(series, top + series * BAR, round(max(number, 0) * scale, 1), number)
        for series, number in enumerate(figure.numbers)
    )
    label = figure.label
    shown = label if len(label) <= LONGEST_LABEL else f"…{label[1 - LONGEST_LABEL :]}"
    return Row(shown, label, top + BAR * len(bars) / 2, bars)
