"""Why a Git command may or may not run: the steps of a decision, collected; nothing is written."""

import enum
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import GitalyFailure
from apps.directory.models import User
from apps.git_access import push_checks
from apps.git_access.access import pipeline, project_creation, reading, sentences
from apps.git_access.access.decision import Decision
from apps.git_access.context import changes, gitaly_repositories
from apps.git_access.context.attempt import Action, Command
from apps.git_access.context.deadline import Block, CheckTimer
from apps.git_access.context.refusals import Exhausted, Forbidden, Refusal, Unavailable
from apps.git_access.context.step import AnyStep
from apps.git_access.policy.steps import pushing
from apps.git_access.repositories.ids import RepositoryType
from apps.ssh_keys.actors import Claim
from apps.ssh_keys.models import Key

ZEROS = "0" * 40
UNKNOWN = "1" * 40  # stands for a revision where Gitaly names none


class StepOutcome(enum.StrEnum):
    """What a rule says."""

    PASSED = "passed"
    REFUSED = "refused"
    UNDECIDED = "undecided"
    """Gitaly could not be asked, or time ran out."""
    NOT_REACHED = "not reached"


class Unanswerable(ValueError):
    """The question itself is wrong; the text says what, for whoever asked it."""


@dataclass(slots=True)
class ExplainedStep:
    """One step, and what it said; ``parts`` are the blocks that it measured, by title."""

    id: str
    text: str
    outcome: StepOutcome = StepOutcome.NOT_REACHED
    parts: list[tuple[str, StepOutcome]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Every rule in its order; the first that does not pass decides."""

    sentence: str
    """Why, without a full stop."""
    message: str
    """What Git's user is told; empty when the command may run."""
    rules: list[ExplainedStep]

    @property
    def deciding(self) -> ExplainedStep | None:
        """The rule that does not pass."""
        stops = (StepOutcome.REFUSED, StepOutcome.UNDECIDED)
        return next((rule for rule in self.rules if rule.outcome in stops), None)

    @property
    def answer(self) -> str:
        """The verdict and why; after more than one line a full stop could be taken for a part of a link."""
        end = "" if "\n" in self.sentence else "."
        return f"{self.verdict}: {self.sentence}{end}"

    @property
    def deciding_as(self) -> str:
        """What the deciding rule is to the answer: its text says what it asks for, which was not so."""
        return "Rule not met" if self.verdict == "Refused" else "Rule left open"

    @property
    def said_by_git(self) -> str:
        """What Git's user is told, unless the sentence says the same."""
        message = self.message.strip()
        return "" if message.removesuffix(".") == self.sentence else message

    @property
    def allowed(self) -> bool:
        """Whether the command may run."""
        return self.deciding is None

    @property
    def verdict(self) -> str:
        """``Allowed``, ``Refused``, or ``Undecided`` when Gitaly could not be asked."""
        if self.deciding is None:
            return "Allowed"
        return self.deciding.outcome.capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainQuestion:
    """Who wants to do what, as an operator asks."""

    project: str
    """The path as typed."""
    key: int | None = None
    user: str | None = None
    """A username."""
    anonymous: bool = False
    action: str = ""
    """Empty: a push if there is a ref, else a pull."""
    protocol: str = "ssh"
    ip: str | None = None
    ref: str = ""
    """Of a push; a name without ``refs/`` is a branch."""
    old: str | None = None
    new: str | None = None


def answer(question: ExplainQuestion, *, now: datetime) -> Explanation:
    """Answer an operator's question.

    Raises:
        Unanswerable: it names nobody, somebody who does not exist, or what is no address.
    """
    _check_actor(question)
    if question.ip is not None:
        _check_address(question.ip)
    command = Command(
        claim=Claim(key_id=question.key, username=question.user),
        action=question.action or (Action.RECEIVE_PACK if question.ref else Action.UPLOAD_PACK),
        protocol=question.protocol,
        project=question.project,
        asks_beforehand=True,
        check_ip=question.ip,
    )
    if question.ref and command.is_push:
        command = _with_change(command, question, now=now)
    return explain(command, now=now)


def explain(command: Command, *, now: datetime) -> Explanation:
    """Take the steps that a command goes through, and say what each of them says."""
    decision = Decision(reading.attempt_of(command, None, now=now))
    rules = {step.id: ExplainedStep(step.id, step.text) for step in _steps(decision)}
    try:
        for step in pipeline.run(decision):
            rules[step.id].outcome = StepOutcome.PASSED
            rules[step.id].parts = _parts(decision.timer)
            if step is pipeline.CREATION:
                return _explanation(f"the push would create {command.project}", "", rules)
        _take_push_right(decision, rules)
    except Refusal as refusal:
        undecided = isinstance(refusal, (Unavailable, Exhausted))
        rules[decision.step].outcome = StepOutcome.UNDECIDED if undecided else StepOutcome.REFUSED
        rules[decision.step].parts = _parts(decision.timer)
        return _explanation(sentences.why(decision, refusal), refusal.message, rules)
    return _explanation(sentences.allowed(decision.attempt), "", rules)


def _take_push_right(decision: Decision, rules: dict[str, ExplainedStep]) -> None:
    """Of a push without a ref, take the step that GitLab Shell's question leaves to that of the hook.

    Raises:
        Forbidden: the creator of the deploy key, whose rights count, is nobody or may not push.
    """
    attempt = decision.attempt
    is_due = attempt.command.is_push and attempt.type == RepositoryType.PROJECT and not attempt.changes
    if not (is_due and attempt.facts.deploy_key):
        return
    step = push_checks.EACH_CHANGE[0]
    rules[step.id] = ExplainedStep(step.id, step.text)
    decision.step = step.id
    if not pushing.may_push(attempt):
        refusal = Forbidden(pushing.NO_PUSH)
        refusal.happened_in(step.id)
        raise refusal
    rules[step.id].outcome = StepOutcome.PASSED


def _explanation(sentence: str, message: str, rules: dict[str, ExplainedStep]) -> Explanation:
    return Explanation(sentence=sentence, message=message, rules=list(rules.values()))


def _steps(decision: Decision) -> Iterator[AnyStep]:
    """Return every step that a command may meet; a project is created by few."""
    attempt = decision.attempt
    creation = project_creation.is_due(attempt)
    for stage in pipeline.stages(attempt):
        if attempt.changes or not stage.of_changes:
            yield from (step for step in stage.steps if creation or step is not pipeline.CREATION)


def _parts(timer: CheckTimer) -> list[tuple[str, StepOutcome]]:
    """Return the blocks measured since the last step, and forget them."""
    blocks = [line for line in timer.lines if isinstance(line, Block)]
    timer.lines = [line for line in timer.lines if not isinstance(line, Block)]
    return [(block.title, StepOutcome.PASSED if block.passed else StepOutcome.REFUSED) for block in blocks]


def _check_actor(question: ExplainQuestion) -> None:
    named = [question.key is not None, bool(question.user), question.anonymous]
    if sum(named) != 1:
        raise Unanswerable("Say who asks: a key, a user, or nobody (anonymous); exactly one of them.")
    if question.user and not User.objects.named(question.user).exists():
        raise Unanswerable(f'There is no user "{question.user}".')
    if question.key is not None and not Key.objects.authenticating().filter(pk=question.key).exists():
        signs = Key.objects.filter(pk=question.key).exists()
        fault = f"Key {question.key} only signs." if signs else f"There is no key {question.key}."
        raise Unanswerable(fault)


def _check_address(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise Unanswerable(f'"{text}" is no IP address.') from None


def _with_change(command: Command, question: ExplainQuestion, *, now: datetime) -> Command:
    """Return the command as Gitaly asks about it, with one change.

    It is an update that brings nothing new, or the ref's creation, unless revisions are given. Where Gitaly
    does not answer, or there is no commit, they are made up.
    """
    ref = question.ref if question.ref.startswith("refs/") else f"refs/heads/{question.ref}"
    found_old, found_new = _revisions(command, ref, now=now)
    line = f"{question.old or found_old} {question.new or found_new} {ref}"
    return replace(command, changes=changes.from_lines(line), asks_beforehand=False)


def _revisions(command: Command, ref: str, *, now: datetime) -> tuple[str, str]:
    attempt = reading.attempt_of(command, None, now=now)
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
