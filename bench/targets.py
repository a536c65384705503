"""Ratios that must hold; decision 141 says why these."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A ratio: of ``measure`` of ``case`` to that of ``base``; without one, to that of the other checkout."""

    case: str
    measure: str
    base: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def name(self) -> str:
        """What is compared."""
        return f"{self.measure} of {self.case} / {self.base or 'the other'}"

    @property
    def bound(self) -> str:
        """What is wanted."""
        return f">= {self.least}" if self.least is not None else f"<= {self.most}"

    def met(self, ratio: float) -> bool:
        """Whether the ratio is within the target."""
        return (self.least is None or ratio >= self.least) and (self.most is None or ratio <= self.most)


WITHIN = (
    Target("floor", "rate", "raw WSGI", least=0.5),
    # Both are one statement: the rest is what deciding costs.
    Target("allowed, PostgreSQL", "rate", "authorized_keys, PostgreSQL", least=0.5),
    Target("allowed, SQLite", "rate", "allowed, PostgreSQL", least=0.9),
    Target("info/refs, SQLite", "rate", "allowed, SQLite", least=0.9),
    Target("git-receive-pack, SQLite", "rate", "allowed, SQLite", least=0.9),
    Target("authorized_keys, PostgreSQL", "p50", "authorized_keys of 1,000 keys", most=1.15),
    Target("allowed, member of 20,000 groups", "p50", "allowed, member of 3 groups", most=1.2),
    Target("a push of 22,000 refs, SQLite", "p50", "a push of 1,000 refs, SQLite", most=25),
)

FIRST_BUILD = "d4ee24f"
"""The build that the issue about speed began with."""

BESIDE_FIRST_BUILD = (
    Target("allowed, SQLite", "rate", least=6.0),
    Target("allowed, PostgreSQL", "rate", least=1.5),
    Target("authorized_keys, PostgreSQL", "rate", least=1.8),
    Target("floor", "rate", least=1.8),
    *(
        Target(f"{endpoint}, SQLite", "rate", least=1.5)
        for endpoint in ("discover", "agent_info", "lfs_authenticate", "pre_receive")
    ),
    Target("post_receive, SQLite", "rate", least=1.4),
    Target("a push of 1,000 refs, SQLite", "p50", most=0.5),
    Target("1,000 reconciliations, SQLite", "p50", most=0.15),
    Target("1,000 packs, SQLite", "p50", most=0.15),
)

MEMORY = Target("an idle instance", "MiB", most=0.5)
KEYS_A_SECOND = 40_000
