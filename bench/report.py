"""The table of a run: printed, and kept in a file with the commit that was measured."""

import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.cases import Case
from bench.instances import ROOT, connect
from bench.load import Burst
from bench.targets import BESIDE_FIRST_BUILD, FIRST_BUILD, Target

RESULTS = Path(__file__).parent / "results"
OTHER = " (other)"
"""What stands behind the name of a case of another checkout."""

Rounds = list[dict[str, Burst]]


@dataclass
class Report:
    """Prints as it goes, and remembers."""

    missed: int = 0
    _lines: list[str] = field(default_factory=list)

    def rates(self, cases: list[Case], rounds: Rounds) -> None:
        """Add what each case reached."""
        columns = f"{'req/s':>9}{'p50 ms':>10}{'p99 ms':>10}{'CPU ms':>10}"
        self.say(f"{'case':<46}{columns}   medians of {len(rounds)} rounds")
        for case in cases:
            rate, *rest = (_median(rounds, case.name, each) for each in ("rate", "p50", "p99", "server_cpu"))
            digits = 0 if rate >= 100 else 1
            self.say(f"{case.name:<46}{rate:>9.{digits}f}" + "".join(f"{each:>10.2f}" for each in rest))

    def plan(self, database_url: str) -> None:
        """Add which index the lookup of a key uses, and how many buffers it reads."""
        with connect(database_url) as connection, connection.cursor() as cursor:
            cursor.execute(
                "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) SELECT key.id FROM ssh_keys_key key"
                " LEFT JOIN directory_user owner ON owner.id = key.user_id WHERE key.fingerprint_sha256 ="
                " (SELECT fingerprint_sha256 FROM ssh_keys_key ORDER BY id LIMIT 1)"
                " AND key.usage_type <> 'signing'"
            )
            self.say("plan of authorized_keys:")
            for (line,) in cursor.fetchall():
                self.say(f"  {line}")
        self.say("")

    def comparison(self, rounds: Rounds, other: Path) -> None:
        """Add each case beside that of the other checkout: medians of the ratios within a round."""
        commit = _git(other, "rev-parse", "HEAD")
        self.say(f"\n{'this checkout / ' + commit[:12]:<46}{'req/s':>9}{'CPU':>10}")
        for name in rounds[0]:
            if name + OTHER in rounds[0]:
                rate, cpu = (_ratio(rounds, name, name + OTHER, each) for each in ("rate", "server_cpu"))
                self.say(f"{name:<46}{rate:>9.2f}{cpu:>10.2f}")
        if commit.startswith(FIRST_BUILD):
            self.say("")
            self.judge_all(BESIDE_FIRST_BUILD, rounds)

    def judge_all(self, targets: Sequence[Target], rounds: Rounds) -> None:
        """Add the ratio of each target of which there are both cases, and whether it is met."""
        for target in targets:
            base = target.base or target.case + OTHER
            if {target.case, base} <= rounds[0].keys():
                self.judge(target, _ratio(rounds, target.case, base, target.measure))

    def judge(self, target: Target, ratio: float) -> None:
        """Add a ratio and whether it is within its target."""
        self.missed += not target.met(ratio)
        self.say(f"{target.name}: {ratio:.2f} ({target.bound}): {'met' if target.met(ratio) else 'MISSED'}")

    def say(self, line: str) -> None:
        """Add a line."""
        print(line, flush=True)
        self._lines.append(line)

    def write(self) -> Path:
        """Keep it under the name of the commit; a later run of the same commit is added."""
        described = _git(ROOT, "describe", "--always", "--dirty")
        RESULTS.mkdir(exist_ok=True)
        file = RESULTS / f"{described}.txt"
        moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        head = f"{described}, {moment}, Python {platform.python_version()}, {platform.machine()}"
        with file.open("a") as opened:
            opened.write("\n".join([head, "", *self._lines, "", ""]))
        return file


def _git(checkout: Path, *arguments: str) -> str:
    command = ["git", "-C", str(checkout), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.strip() or "unknown"


def _median(rounds: Rounds, name: str, measure: str) -> float:
    return float(statistics.median(getattr(results[name], measure) for results in rounds))


def _ratio(rounds: Rounds, name: str, base: str, measure: str) -> float:
    return float(
        statistics.median(getattr(each[name], measure) / getattr(each[base], measure) for each in rounds)
    )
