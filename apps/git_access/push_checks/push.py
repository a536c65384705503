"""One push while it is checked: what is asked at most once, however many refs it has."""

from functools import cached_property

from django.conf import settings

from apps.directory.models import AccessLevel, BranchProtection
from apps.git_access import gitaly_repositories, protected_refs
from apps.git_access.attempt import Attempt
from apps.git_access.deadline import CheckTimer
from apps.git_access.facts import Facts, NamespaceFacts, ProjectFacts
from apps.git_access.models import BranchRight
from apps.git_access.protected_refs import ProtectedRefs, Rule
from gitlab_internal.gitaly.client import Gitaly


class Push:
    """The attempt and what Gitaly and the rules say about its repository."""

    def __init__(self, attempt: Attempt, timer: CheckTimer) -> None:
        self.attempt = attempt
        self.timer = timer

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
    def is_empty(self) -> bool:
        """Whether the repository has no branch yet."""
        return not self.gitaly.has_local_branches()

    @cached_property
    def default_branch(self) -> str | None:
        """The short name of the default branch; none in an empty repository."""
        return self.project.default_branch or self.gitaly.find_default_branch_name()

    @cached_property
    def protected(self) -> ProtectedRefs:
        """The rules of the project."""
        return protected_refs.of_project(self.project.id)

    @property
    def branch_protection(self) -> int:
        """How the namespace protects default branches."""
        protection = self.namespace.default_branch_protection
        return settings.DEFAULT_BRANCH_PROTECTION if protection is None else protection

    def is_protected(self, rules: list[Rule]) -> bool:
        """Whether these rules, or the emptiness of the repository, protect a branch."""
        open_when_empty = self.branch_protection in {BranchProtection.NONE, BranchProtection.PARTIAL}
        return bool(rules) or (self.is_empty and not open_when_empty)

    def passes(self, rules: list[Rule], right: BranchRight | str) -> bool:
        """Whether a row of the rules lets the actor pass."""
        return protected_refs.let_pass(rules, right, self.facts, on=self.attempt.now.date())

    def may_push_to(self, rules: list[Rule]) -> bool:
        """Whether the actor has the push right on a protected branch."""
        if self.passes(rules, BranchRight.PUSH):
            return True
        if not self.is_empty:
            return False
        after_initial_push = self.branch_protection == BranchProtection.AFTER_INITIAL_PUSH
        least = AccessLevel.DEVELOPER if after_initial_push else AccessLevel.MAINTAINER
        return self.facts.level >= least
