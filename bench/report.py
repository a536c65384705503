"""The table of a run: printed, and kept in a file with the commit that was measured."""

import platform
import statistics
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.instances import ROOT, Server, connect
from bench.load import Burst, Request

RESULTS = Path(__file__).parent / "results"
OTHER = " (other)"
"""What stands behind the name of a case of another checkout."""

Rounds = list[dict[str, Burst]]


@dataclass(frozen=True)
class Case:
    """One endpoint on one server."""

    name: str
    server: Server
    requests: list[Request]


@dataclass(frozen=True)
class Target:
    """A ratio that must hold: of ``measure`` of ``case`` to that of ``base``."""

    case: str
    base: str
    measure: str
    least: float | None = None
    most: float | None = None

    def met(self, ratio: float) -> bool:
        """Whether the ratio is within the target."""
        return (self.least is None or ratio >= self.least) and (self.most is None or ratio <= self.most)


TARGETS = (
    Target("allowed", "floor", "rate", least=0.55),
    Target("authorized_keys", "floor (GET)", "rate", least=0.65),
    Target("authorized_keys", "authorized_keys 1k", "p50", most=1.2),
    Target("info/refs, SQLite", "allowed, SQLite", "rate", least=0.9),
    Target("git-receive-pack, SQLite", "allowed, SQLite", "rate", least=0.9),
)


@dataclass
class Report:
    """Prints as it goes, and remembers."""

    _lines: list[str] = field(default_factory=list)

    def rates(self, cases: list[Case], rounds: Rounds) -> None:
        """Add what each case reached."""
        columns = f"{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}"
        self._say(f"{'endpoint':<34}{columns}   median of {len(rounds)} rounds")
        for case in cases:
            rate, *rest = (_median(rounds, case.name, each) for each in ("rate", "p50", "p99", "server_cpu"))
            self._say(f"{case.name:<34}{rate:>8.0f}" + "".join(f"{figure:>9.2f}" for figure in rest))

    def plan(self, served: Server) -> None:
        """Add which index the lookup of a key uses, and how many buffers it reads."""
        with connect(served.database_url) as connection, connection.cursor() as cursor:
            cursor.execute(
                "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) SELECT key.id FROM ssh_keys_key key"
                " LEFT JOIN directory_user owner ON owner.id = key.user_id WHERE key.fingerprint_sha256 ="
                " (SELECT fingerprint_sha256 FROM ssh_keys_key WHERE id = 77) AND key.usage_type <> 'signing'"
            )
            self._say("\nplan of authorized_keys:")
            for (line,) in cursor.fetchall():
                self._say(f"  {line}")

    def comparison(self, rounds: Rounds) -> None:
        """Add each case beside that of the other checkout: medians of the ratios within a round."""
        self._say(f"\n{'this checkout / the other':<34}{'req/s':>8}{'CPU':>9}")
        for name in rounds[0]:
            if name + OTHER in rounds[0]:
                rate, cpu = (_ratio(rounds, name, name + OTHER, each) for each in ("rate", "server_cpu"))
                self._say(f"{name:<34}{rate:>8.2f}{cpu:>9.2f}")

    def targets(self, rounds: Rounds) -> int:
        """Add each ratio, and return 1 when one misses its target."""
        self._say("")
        missed = 0
        for target in TARGETS:
            ratio = _ratio(rounds, target.case, target.base, target.measure)
            bound = f">= {target.least}" if target.least is not None else f"<= {target.most}"
            verdict = "met" if target.met(ratio) else "MISSED"
            missed += not target.met(ratio)
            name = f"{target.measure} of {target.case} / {target.base}"
            self._say(f"{name}: {ratio:.2f} (target {bound}): {verdict}")
        return 1 if missed else 0

    def write(self) -> Path:
        """Keep it under the name of the commit."""
        described = _git("describe", "--always", "--dirty")
        RESULTS.mkdir(exist_ok=True)
        file = RESULTS / f"{described}.txt"
        moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        head = f"{described}, {moment}, Python {platform.python_version()}, {platform.machine()}\n\n"
        file.write_text(head + "\n".join(self._lines) + "\n")
        return file

    def _say(self, line: str) -> None:
        print(line, flush=True)
        self._lines.append(line)


def _git(*arguments: str) -> str:
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return result.stdout.strip() or "unknown"


def _median(rounds: Rounds, name: str, measure: str) -> float:
    return float(statistics.median(getattr(results[name], measure) for results in rounds))


def _ratio(rounds: Rounds, name: str, base: str, measure: str) -> float:
    return float(
        statistics.median(getattr(each[name], measure) / getattr(each[base], measure) for each in rounds)
    )
