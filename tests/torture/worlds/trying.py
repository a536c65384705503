"""Random worlds against the model: the product is asked in process, and each world is rolled back."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

from tests.torture.worlds import gitaly
from tests.torture.worlds.asking import answer, questions
from tests.torture.worlds.gitaly import Answers
from tests.torture.worlds.making import make
from tests.torture.worlds.places import Ask
from tests.torture.worlds.pushes import Verdict
from tests.torture.worlds.refs import URL
from tests.torture.worlds.storing import store


@dataclass(frozen=True)
class Wrong:
    """A decision that the contract does not give."""

    seed: int
    asked: Ask
    said: Verdict
    expected: Verdict

    def __str__(self) -> str:
        return f"world {self.seed}: {self.asked}\n  said     {self.said}\n  expected {self.expected}"


@dataclass
class Tried:
    """What came of some worlds."""

    worlds: int = 0
    asked: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    texts: set[str] = field(default_factory=set)
    """The different verdicts that were seen: a rule that never decides is not tried."""
    wrong: list[Wrong] = field(default_factory=list)


@contextmanager
def instance() -> Iterator[Answers]:
    """Let the product believe in a Gitaly that knows the worlds."""
    with tempfile.TemporaryDirectory(prefix="worlds-") as folder, gitaly.answering(Path(folder)) as running:
        answers, address = running
        with override_settings(
            GITALY_STORAGES={"default": {"address": address}},
            GITLAB_SHELL_OPERATION_LIMIT=0,
            LFS_ENABLED=False,
            INSTANCE_URL=URL,
            SSH_HOST="localhost",
        ):
            yield answers


def attempt(answers: Answers, seed: int, tried: Tried) -> None:
    """Make one world, ask, compare, and leave nothing of it."""
    world = make(seed)
    answers.world = world
    tried.worlds += 1
    with transaction.atomic(), override_settings(**world.settings):
        store(world)
        for asked, expected in questions(world, seed):
            with transaction.atomic():
                said = answer(world, asked)
                transaction.set_rollback(True)
            tried.asked += 1
            tried.statuses[said[0]] += 1
            tried.texts.add(said[1] if said[0] != 200 else "granted")
            if said != expected:
                tried.wrong.append(Wrong(seed, asked, said, expected))
        transaction.set_rollback(True)
    cache.clear()
