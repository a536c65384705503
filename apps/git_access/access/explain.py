"""Why a Git command may or may not run: the pipeline itself, gone through without leaving a trace."""

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import GitalyFailure, RepositoryNotFound
from apps.git_access.access import authorize, pipeline
from apps.git_access.access.authorize import Way
from apps.git_access.access.repository_existence import ABSENT
from apps.git_access.context import gitaly_repositories
from apps.git_access.context.attempt import Attempt, Command
from apps.git_access.context.deadline import CheckTimer, gitaly_answers
from apps.git_access.context.refusals import Forbidden, Hidden, Refusal
from apps.git_access.matching.patterns import InvalidPattern

ZEROS = "0" * 40
UNKNOWN = "1" * 40  # stands for a revision where Gitaly names none
CREATION = "Step 14: the project would be created; what follows depends on it."


class Outcome(enum.StrEnum):
    """What a rule says."""

    PASSED = "passed"
    REFUSED = "refused"
    NOT_REACHED = "not reached"


@dataclass(slots=True)
class Rule:
    """One step or check, and what it said; ``parts`` are the blocks that it measured."""

    text: str
    outcome: Outcome
    message: str = ""
    parts: list[tuple[str, Outcome]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every rule in its order; the one that refuses decides, else all do."""

    rules: list[Rule]

    @property
    def deciding(self) -> Rule | None:
        """The rule that refuses."""
        return next((rule for rule in self.rules if rule.outcome == Outcome.REFUSED), None)

    @property
    def allowed(self) -> bool:
        """Whether the command may run."""
        return self.deciding is None


def explain(command: Command, *, now: datetime) -> Explanation:
    """Go through the rules for a command and say what each of them says."""
    attempt = authorize.attempt_of(command, None, now=now)
    rehearsal = _Rehearsal(attempt)
    try:
        authorize.check(attempt, rehearsal)
    except _Decided:
        rehearsal.list_the_rest(attempt)
    return Explanation(rehearsal.rules)


def with_change_to(
    command: Command, ref: str, *, now: datetime, old: str | None = None, new: str | None = None
) -> Command:
    """Return the command as Gitaly asks about it, with one change.

    It is an update that brings nothing new, or the ref's creation, unless revisions are given. Where Gitaly
    does not answer, or there is no commit, they are made up.
    """
    found_old, found_new = _revisions(command, ref, now=now)
    return replace(command, changes=f"{old or found_old} {new or found_new} {ref}")


def _revisions(command: Command, ref: str, *, now: datetime) -> tuple[str, str]:
    attempt = authorize.attempt_of(command, None, now=now)
    if attempt.facts.container_id is None:
        return UNKNOWN, UNKNOWN
    gitaly = gitaly_repositories.of_push(attempt, CheckTimer())
    try:
        if gitaly.ref_exists(ref):
            tip = _tip(gitaly, ref)
            return tip, tip
        default = gitaly.find_default_branch_name()
        return ZEROS, _tip(gitaly, f"refs/heads/{default}") if default else UNKNOWN
    except GitalyFailure:
        return UNKNOWN, UNKNOWN


def _tip(gitaly: Gitaly, ref: str) -> str:
    commits = gitaly.list_commits([ref], limit=1)
    return commits[0].id if commits else UNKNOWN


class _Decided(Exception):
    """A rule has refused; nothing after it counts."""


class _Rehearsal(Way):
    """Takes the steps as they are, writes down what they say, and stops where the pipeline would."""

    def __init__(self, attempt: Attempt) -> None:
        self.rules: list[Rule] = []
        self._attempt = attempt
        self._taken: list[tuple[Callable[..., None], ...]] = []
        self._timer = _WatchedTimer()

    def take(self, steps: tuple[Callable[..., None], ...], *arguments: Any) -> None:
        """Take steps until one refuses."""
        self._taken.append(steps)
        for position, step in enumerate(steps):
            self._timer.parts = []
            refusal = self._refusal(step, *arguments)
            outcome = Outcome.REFUSED if refusal else Outcome.PASSED
            message = refusal.message if refusal else ""
            self.rules.append(Rule(_text(step), outcome, message, self._timer.parts))
            if refusal:
                self.rules += [Rule(_text(later), Outcome.NOT_REACHED) for later in steps[position + 1 :]]
                raise _Decided

    def create(self, attempt: Attempt) -> Attempt:
        """Create nothing."""
        self.rules.append(Rule(CREATION, Outcome.PASSED))
        raise _Decided

    def remember_move(self, attempt: Attempt) -> None:
        """Remember nothing."""

    def timer(self) -> CheckTimer:
        return self._timer

    def list_the_rest(self, attempt: Attempt) -> None:
        """List the rules that nobody got to."""
        for steps in pipeline.of(attempt):
            if steps not in self._taken:
                self.rules += [Rule(_text(step), Outcome.NOT_REACHED) for step in steps]

    def _refusal(self, step: Callable[..., None], *arguments: Any) -> Refusal | None:
        try:
            with gitaly_answers():
                self._run(step, *arguments)
        except Refusal as refusal:
            return refusal
        return None

    def _run(self, step: Callable[..., None], *arguments: Any) -> None:
        try:
            step(*arguments)
        except RepositoryNotFound:
            raise Hidden(ABSENT[self._attempt.type]) from None
        except InvalidPattern as invalid:
            raise Forbidden(str(invalid)) from None


class _WatchedTimer(CheckTimer):
    """Writes down how each block ended."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[str, Outcome]] = []

    @contextmanager
    def block(self, title: str) -> Iterator[None]:
        try:
            with super().block(title):
                yield
        except Refusal:
            self.parts.append((title, Outcome.REFUSED))
            raise
        self.parts.append((title, Outcome.PASSED))


def _text(step: Callable[..., None]) -> str:
    return (step.__doc__ or step.__name__).splitlines()[0]
