"""One push while it is checked: what is asked at most once, however many refs it has."""

from django.conf import settings
from django.utils.functional import cached_property

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.objects import ChangedPath, Commit
from apps.directory.models import AccessLevel, BranchProtection
from apps.git_access.context import gitaly_repositories
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.deadline import CheckTimer
from apps.git_access.context.facts import Facts, NamespaceFacts, ProjectFacts
from apps.git_access.models import BranchRight
from apps.git_access.policy.steps.pushing import may_push
from apps.git_access.push_checks import protected_refs, pushers, restrictions
from apps.git_access.push_checks.new_objects import NewObjects
from apps.git_access.push_checks.path_rules import PathRules
from apps.git_access.push_checks.protected_refs import ProtectedRefs, RefProtection
from apps.git_access.push_checks.pushers import Pusher
from apps.git_access.push_checks.restrictions import Restrictions


class Push:
    """The attempt and what Gitaly and the rules say about its repository."""

    def __init__(self, attempt: Attempt, timer: CheckTimer, restrictions: Restrictions) -> None:
        self.attempt = attempt
        self.timer = timer
        self.restrictions = restrictions
        self._changed_paths: dict[tuple[str, ...], tuple[ChangedPath, ...]] = {}

    @classmethod
    def read(cls, attempt: Attempt, timer: CheckTimer) -> "Push":
        """Read what restricts the push, before anybody else is asked."""
        project = attempt.facts.project
        if project is None:
            raise LookupError("only a project's changes are checked")
        return cls(attempt, timer, restrictions.of_project(project.id))

    @property
    def facts(self) -> Facts:
        """The facts of the attempt."""
        return self.attempt.facts

    @property
    def project(self) -> ProjectFacts:
        """The project; a push to anything else has no checks of its changes."""
        if self.facts.project is None:
            raise LookupError("only a project's changes are checked")
        return self.facts.project

    @property
    def namespace(self) -> NamespaceFacts:
        """The project's namespace."""
        if self.facts.namespace is None:
            raise LookupError("every project has a namespace")
        return self.facts.namespace

    @property
    def is_web(self) -> bool:
        """Whether the change comes from the web interface or the API."""
        return self.attempt.command.protocol == "web"

    @cached_property
    def gitaly(self) -> Gitaly:
        """Gitaly's answers about the repository, the push's new objects included."""
        return gitaly_repositories.of_push(self.attempt, self.timer)

    @cached_property
    def is_permitted(self) -> bool:
        """Whether the actor has the push right, whatever the refs."""
        return may_push(self.attempt)

    @cached_property
    def is_empty(self) -> bool:
        """Whether the repository has no branch yet."""
        return not self.gitaly.has_local_branches()

    @cached_property
    def default_branch(self) -> str | None:
        """The short name of the default branch; none in an empty repository."""
        return self.project.default_branch or self.gitaly.find_default_branch_name()

    @property
    def protected(self) -> ProtectedRefs:
        """The rules over the branches and tags of the project."""
        return self.restrictions.protected

    @cached_property
    def new_objects(self) -> NewObjects:
        """What the push brings with it."""
        return NewObjects(self.attempt.changes, self.gitaly)

    @cached_property
    def path_rules(self) -> PathRules:
        """The rules over paths that are in force."""
        return PathRules(self)

    @cached_property
    def pusher(self) -> Pusher:
        """Who pushes, as commits name people; of a deploy key, its creator."""
        if self.facts.user is None:
            raise LookupError("nobody without a user has the push right")
        return pushers.read(self.facts.user)

    @cached_property
    def known_addresses(self) -> frozenset[str]:
        """The addresses in new commits that belong to users."""
        people = [
            person for commit in self.new_objects.commits for person in (commit.author, commit.committer)
        ]
        return pushers.known({person.email for person in people})

    def changed_paths(self, commits: tuple[Commit, ...]) -> tuple[ChangedPath, ...]:
        """Return what these commits change; asked for once for the same commits."""
        key = tuple(commit.id for commit in commits)
        if key not in self._changed_paths:
            self._changed_paths[key] = self.gitaly.find_changed_paths(commits)
        return self._changed_paths[key]

    @property
    def branch_protection(self) -> int:
        """How the namespace protects default branches."""
        protection = self.namespace.default_branch_protection
        return settings.DEFAULT_BRANCH_PROTECTION if protection is None else protection

    @cached_property
    def _protects_every_branch(self) -> bool:
        open_when_empty = {BranchProtection.NONE, BranchProtection.PARTIAL}
        return self.is_empty and self.branch_protection not in open_when_empty

    def is_protected(self, rules: list[RefProtection]) -> bool:
        """Whether these rules, or the emptiness of the repository, protect a branch."""
        return bool(rules) or self._protects_every_branch

    def passes(self, rules: list[RefProtection], right: BranchRight | str) -> bool:
        """Whether a row of the rules lets the actor pass."""
        return protected_refs.let_pass(rules, right, self.facts, on=self.attempt.now.date())

    def may_push_to(self, rules: list[RefProtection]) -> bool:
        """Whether the actor has the push right on a protected branch."""
        if self.passes(rules, BranchRight.PUSH):
            return True
        if not self.is_empty:
            return False
        after_initial_push = self.branch_protection == BranchProtection.AFTER_INITIAL_PUSH
        least = AccessLevel.DEVELOPER if after_initial_push else AccessLevel.MAINTAINER
        return self.facts.level >= least
