"""A project's default branch: what Gitaly says it is, and how a new one is protected."""

import structlog
from django.conf import settings

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import GitalyFailure
from apps.directory.models import BranchProtection, Project
from apps.git_access.matching import wildcards
from apps.git_access.models import BranchRight, ProtectedBranch, ProtectedBranchAccess
from apps.git_access.repositories.containers import Container

log = structlog.get_logger(__name__)

# Levels that may push and merge.
_RULES = {
    BranchProtection.PARTIAL: (30, 40),
    BranchProtection.FULL: (40, 40),
    BranchProtection.DEVELOPERS_CAN_MERGE: (40, 30),
    BranchProtection.AFTER_INITIAL_PUSH: (40, 40),
}


def ask(container: Container, *, correlation_id: str) -> str | None:
    """Return the branch's name, ``""`` when there is no branch, ``None`` when Gitaly does not say."""
    gitaly = Gitaly(repository=container.repository, correlation_id=correlation_id)
    try:
        return gitaly.find_default_branch_name() or ""
    except GitalyFailure:
        # Nothing is lost: whoever needs the branch next asks again.
        log.warning("default branch not refreshed", gl_repository=container.gl_repository, exc_info=True)
        return None


def protect(project: Project, branch: str) -> None:
    """Protect a new default branch as its namespace says, unless a rule covers it already."""
    names = ProtectedBranch.objects.filter(project=project).values_list("name", flat=True)
    levels = _RULES.get(_protection(project))
    if levels is None or any(wildcards.matches(name, branch) for name in names):
        return
    rule, created = ProtectedBranch.objects.get_or_create(project=project, name=branch)
    if created:
        push, merge = levels
        ProtectedBranchAccess.objects.bulk_create(
            [
                ProtectedBranchAccess(rule=rule, right=BranchRight.PUSH, access_level=push),
                ProtectedBranchAccess(rule=rule, right=BranchRight.MERGE, access_level=merge),
            ]
        )


def _protection(project: Project) -> BranchProtection:
    chosen = project.namespace.default_branch_protection
    return BranchProtection(settings.DEFAULT_BRANCH_PROTECTION if chosen is None else chosen)
