"""What a test costs: each gets one of three markers, by what it starts, and a run ends with the time of each.

``fast`` starts no process of its own, ``instance`` a real server, a worker or a command, and ``chain`` the
doubles of GitLab Shell and Gitaly over real git, or the commands of a page.
"""

from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

TIERS = ("fast", "instance", "chain")
_CHAINS = frozenset({"demo", "docs", "end_to_end", "gitaly"})
_INSTANCES = frozenset({"conformance"})
_STARTERS = frozenset({"subprocess", "tests.instances", "tests.servers", "tests.warm_commands"})


def mark(items: list[pytest.Item]) -> None:
    """Give each test the marker of its tier, so that ``-m fast`` picks it."""
    for item in items:
        item.add_marker(_tier(item))


def slow_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the tests file by file, those files first that have a test of the slowest tier.

    pytest-xdist hands out files in this order. Its own, by the number of their tests, begins the files of few
    tests last, and these are the chains that take a minute each.
    """
    rank: dict[Path, int] = defaultdict(int)
    for item in items:
        slowest = max(TIERS.index(name) for name in TIERS if item.get_closest_marker(name))
        rank[item.path] = max(rank[item.path], slowest)
    return sorted(items, key=lambda item: -rank[item.path])


def _tier(item: pytest.Item) -> str:
    part = item.path.relative_to(Path(__file__).parent).parts[0]
    if part in _CHAINS:
        return "chain"
    fixtures = set(getattr(item, "fixturenames", ()))
    starts = fixtures & {"gunicorn", "gunicorn_on_socket"} or _starts_processes(getattr(item, "module", None))
    return "instance" if part in _INSTANCES or starts else "fast"


def _starts_processes(module: ModuleType | None) -> bool:
    """Whether a file has taken in what starts one."""
    return (
        any(
            (value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", ""))
            in _STARTERS
            for value in vars(module).values()
        )
        if module
        else False
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests of each tier ran, and how long they took, all processes of the run together."""
    tests: dict[str, set[str]] = defaultdict(set)
    seconds: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                tier = next((name for name in TIERS if name in report.keywords), "")
                tests[tier].add(report.nodeid)
                seconds[tier] += report.duration
    for tier in TIERS:
        if tests[tier]:
            terminalreporter.write_line(f"{tier}: {len(tests[tier])} tests, {seconds[tier]:.0f} s")
