"""The table: one line for each thing that was tried, printed as soon as it is done."""

import sys
import textwrap
from dataclasses import dataclass, field

WIDTHS = (9, 44, 9, 62, 9)
TITLES = ("store", "tried", "times", "what the clients saw", "recovered", "acknowledged, stored")


@dataclass
class Row:
    """One thing that was tried."""

    tried: str
    times: int = 1
    saw: str = ""
    recovered: float | None = None
    """Seconds until everything worked again, nobody having done anything."""
    stored: str = ""
    failures: list[str] = field(default_factory=list)


@dataclass
class Report:
    """Of one database."""

    store: str
    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append(row)
        recovered = "" if row.recovered is None else f"{row.recovered:.1f} s"
        write((self.store, row.tried, f"{row.times:,}", row.saw, recovered, row.stored))
        for failure in row.failures:
            sys.stdout.write(textwrap.indent(f"FAILED {failure}", "    ") + "\n")
        sys.stdout.flush()

    @property
    def failures(self) -> int:
        return sum(bool(row.failures) for row in self.rows)


def heading() -> None:
    """Print what the columns are."""
    write(TITLES)
    write(tuple("-" * width for width in (*WIDTHS, 24)))


def write(cells: tuple[str, ...]) -> None:
    """Print one line; a cell that is too long moves the others."""
    padded = [cell.ljust(width) for cell, width in zip(cells, (*WIDTHS, 0), strict=True)]
    sys.stdout.write(f"{' '.join(padded).rstrip()}\n")
    sys.stdout.flush()
