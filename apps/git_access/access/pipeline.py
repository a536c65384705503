"""The steps of one decision, in the order that is part of the contract, and the one loop that takes them.

Nothing here writes: whoever runs the loop acts on the steps that have passed.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias

from apps.core.gitaly.failures import RepositoryNotFound
from apps.git_access import push_checks
from apps.git_access.access import project_creation, repository_existence
from apps.git_access.access.decision import Decision
from apps.git_access.context import places
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.changes import Change
from apps.git_access.context.deadline import gitaly_failures_refuse
from apps.git_access.context.refusals import Forbidden, Hidden, Refusal
from apps.git_access.context.step import AnyStep, Step, Subject
from apps.git_access.matching.patterns import InvalidPattern
from apps.git_access.policy.steps import actor, instance, pulling, pushing, repository
from apps.git_access.push_checks import snippets
from apps.git_access.push_checks.push import Push
from apps.git_access.push_checks.snippets import SnippetPush
from apps.git_access.repositories.ids import RepositoryType

ALL_TITLE = "Running checks for {} changes"


@dataclass(frozen=True, slots=True)
class Stage(Generic[*Subject]):
    """Steps about one kind of subject; all of them are taken for each subject in turn."""

    steps: tuple[Step[*Subject], ...]
    subjects: Callable[[Decision], Iterable[tuple[*Subject]]]
    timed: bool = False
    """Whether the stage as a whole is one measured block."""
    of_changes: bool = False
    """Whether it looks at the refs that a push changes: skipped before the transfer, when none is known."""

    def run(self, decision: Decision) -> Iterator[AnyStep]:
        """Take the steps, and yield each one that has passed.

        Raises:
            Refusal: a step does not pass.
        """
        if self.of_changes and not decision.attempt.changes:
            return
        with self._block(decision):
            for subject in self.subjects(decision):
                for step in self.steps:
                    if step.id in decision.without:
                        continue
                    decision.step = step.id
                    step.run(*subject)
                    yield step

    def _block(self, decision: Decision) -> AbstractContextManager[None]:
        if not self.timed:
            return nullcontext()
        return decision.timer.block(ALL_TITLE.format(len(decision.attempt.changes)))


AnyStage: TypeAlias = Stage[*tuple[Any, ...]]


def run(decision: Decision) -> Iterator[AnyStep]:
    """Take every step that the command needs, and yield each one that has passed, as soon as it has.

    Raises:
        Refusal: the first step that does not pass; or Gitaly cannot be asked.
    """
    try:
        with gitaly_failures_refuse(decision.timer):
            yield from _run(decision)
    except Refusal as refusal:
        refusal.happened_in(decision.step)
        raise


def _run(decision: Decision) -> Iterator[AnyStep]:
    try:
        needed = stages(decision.attempt)
        for stage in needed:
            if not stage.of_changes:
                yield from stage.run(decision)
        if decision.attempt.changes and any(stage.of_changes for stage in needed):
            with places.one():
                for stage in needed:
                    if stage.of_changes:
                        yield from stage.run(decision)
    except InvalidPattern as invalid:
        raise Forbidden(str(invalid)) from None
    except RepositoryNotFound:
        decision.repository_found = False
        raise Hidden(repository_existence.ABSENT[decision.attempt.type]) from None


def stages(attempt: Attempt) -> tuple[AnyStage, ...]:
    """Return what a command goes through."""
    if attempt.type == RepositoryType.DESIGN:
        return DESIGN
    return (*BEFORE, *(PUSH[attempt.type] if attempt.command.is_push else PULL))


def _the_attempt(decision: Decision) -> Iterator[tuple[Attempt]]:
    yield (decision.attempt,)


def _creation(decision: Decision) -> Iterator[tuple[Attempt]]:
    if project_creation.is_due(decision.attempt):
        yield (decision.attempt,)


def _the_decision(decision: Decision) -> Iterator[tuple[Decision]]:
    yield (decision,)


def _each_change(decision: Decision) -> Iterator[tuple[Push, Change]]:
    for change in decision.attempt.changes:
        decision.timer.note(f"Running checks for ref: {change.name}")
        yield decision.push, change


def _the_push(decision: Decision) -> Iterator[tuple[Push]]:
    yield (decision.push,)


def _each_snippet_change(decision: Decision) -> Iterator[tuple[SnippetPush, Change]]:
    for change in decision.attempt.changes:
        decision.timer.note(f"Running checks for ref: {change.name}")
        yield decision.snippet_push, change


def _the_snippet_push(decision: Decision) -> Iterator[tuple[SnippetPush]]:
    yield (decision.snippet_push,)


# The contract's numbers stand beside the steps' functions. Step 14 applies to one kind of push only.
CREATION = Step(
    id="project-creation",
    text="the path of the project that the push creates is legal and free",
    fault="a project could not be created by pushing to it",
    run=project_creation.check,
)
READABLE = repository.GROUP_READABLE
"""The last step before the repository itself: who has passed it may know of the project or group."""

BEFORE: tuple[AnyStage, ...] = (
    Stage(
        (
            repository.SNIPPET_EXISTS,
            instance.NO_MAINTENANCE,
            actor.ONE_TIME_PASSWORD,
            instance.PROTOCOL,
            actor.SNIPPET_ACTOR,
            actor.KEY_ALLOWED,
            actor.KEY_UNEXPIRED,
            actor.ACCOUNT_ACTIVE,
            actor.CREDENTIAL_REACH,
            instance.HTTP_SWITCHED_ON,
            instance.KNOWN_COMMAND,
            instance.INSTANCE_WRITABLE,
            actor.CERTIFICATE_NAMESPACE,
            repository.NAMESPACE_IN_PATH,
        ),
        _the_attempt,
    ),
    Stage((CREATION,), _creation),
    Stage((repository.CONTAINER_EXISTS, repository.PROJECT_READABLE, READABLE), _the_attempt),
    Stage((repository_existence.EXISTS,), _the_decision),
)
PULL: tuple[AnyStage, ...] = (Stage((pulling.DOWNLOAD_RIGHT,), _the_attempt),)
DESIGN: tuple[AnyStage, ...] = (Stage((pushing.DESIGN_RIGHT,), _the_attempt),)
_TO_PROJECT = (
    pushing.REPOSITORY_WRITABLE,
    pushing.NOT_ARCHIVED,
    pushing.DEPLOY_KEY_WRITES,
    pushing.PUSHER_KNOWN,
)
PUSH: dict[RepositoryType, tuple[AnyStage, ...]] = {
    RepositoryType.PROJECT: (
        Stage((*_TO_PROJECT, pushing.SIZE_BEFORE, pushing.PUSH_RIGHT), _the_attempt),
        Stage(push_checks.EACH_CHANGE, _each_change, of_changes=True),
        Stage(push_checks.WHOLE_PUSH, _the_push, of_changes=True, timed=True),
        Stage(push_checks.AFTER_CHECKS, _the_push, of_changes=True),
    ),
    RepositoryType.PROJECT_WIKI: (Stage((*_TO_PROJECT, pushing.WIKI_WRITE_RIGHT), _the_attempt),),
    RepositoryType.GROUP_WIKI: (
        Stage((pushing.REPOSITORY_WRITABLE, pushing.WIKI_WRITE_RIGHT), _the_attempt),
    ),
    RepositoryType.SNIPPET: (
        Stage(
            (
                pushing.SNIPPET_USER,
                pushing.REPOSITORY_WRITABLE,
                pushing.SNIPPET_UPDATE_RIGHT,
                pushing.SIZE_BEFORE,
            ),
            _the_attempt,
        ),
        Stage(snippets.EACH_CHANGE, _each_snippet_change, of_changes=True),
        Stage(snippets.AFTER_CHECKS, _the_snippet_push, of_changes=True),
    ),
}

FAULTS: dict[str, str] = {
    step.id: step.fault
    for several in (BEFORE, PULL, DESIGN, *PUSH.values())
    for stage in several
    for step in stage.steps
}
"""What is wrong when a step does not pass, by its id."""
