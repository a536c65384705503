"""A project's default branch: which one a first push makes it, and how a new one is protected."""

import structlog
from django.conf import settings
from django.db import transaction

from apps.core.gitaly.client import Gitaly
from apps.directory.models import BranchProtection, Project
from apps.git_access.matching import wildcards
from apps.git_access.models import BranchRight, ProtectedBranch, ProtectedBranchAccess, PushRecord
from apps.git_access.pushes.after import pushed_refs
from apps.git_access.repositories import containers, ids
from apps.git_access.repositories.ids import RepositoryId, RepositoryType

log = structlog.get_logger(__name__)

USUAL = ("main", "master")
# Levels that may push and merge.
_RULES = {
    BranchProtection.PARTIAL: (30, 40),
    BranchProtection.FULL: (40, 40),
    BranchProtection.DEVELOPERS_CAN_MERGE: (40, 30),
    BranchProtection.AFTER_INITIAL_PUSH: (40, 40),
}


class UnknownBranch(LookupError):
    """A repository that has branches does not have this one."""


def choose(project: Project, branch: str) -> None:
    """Make a branch the default, as an operator says: Gitaly's HEAD first, then what is stored.

    In a repository without branches any name will do: the first push to it makes the branch.

    Raises:
        UnknownBranch: there are others only.
        GitalyFailure: Gitaly was not told.
    """
    gitaly = _gitaly(project)
    if gitaly.has_local_branches() and not gitaly.ref_exists(f"refs/heads/{branch}"):
        raise UnknownBranch(f"{project.full_path} has no branch {branch}.")
    gitaly.set_default_branch(branch)
    Project.objects.filter(pk=project.pk).update(default_branch=branch)


def tell(*, project_id: int) -> None:
    """Let Gitaly know the default branch that is stored; one that is not there gives way to Gitaly's.

    Raises:
        GitalyFailure: Gitaly does not answer; the job tries again.
    """
    project = Project.objects.select_related("route", "namespace").filter(pk=project_id).first()
    if project is None or not project.default_branch or not project.repository_exists:
        return
    try:
        choose(project, project.default_branch)
    except UnknownBranch:
        found = _gitaly(project).find_default_branch_name()
        wrong = Project.objects.filter(pk=project_id, default_branch=project.default_branch)
        wrong.update(default_branch=found or "")
        log.warning("a default branch that is not there is given up", project_id=project_id, found=found)


def _gitaly(project: Project) -> Gitaly:
    container = containers.of_id(RepositoryId(RepositoryType.PROJECT, project.pk))
    if container is None:
        raise LookupError("the project is gone")
    return Gitaly(repository=container.repository, primary_only=True)


def settle(*, record_id: int) -> None:
    """Choose the default branch of the project or wiki that a push has left without one, and tell Gitaly.

    What is stored stays as long as its branch is there: Gitaly answers with whatever branch it finds when
    HEAD leads nowhere, and that guess must not move the default.

    Raises:
        GitalyFailure: Gitaly does not answer; the job tries again.
    """
    record = PushRecord.objects.filter(pk=record_id).first()
    container = containers.of_id(ids.parse(record.gl_repository)) if record else None
    if record is None or container is None:
        return
    gitaly = Gitaly(repository=container.repository, correlation_id=record.correlation_id, primary_only=True)
    if container.type == RepositoryType.PROJECT and container.project:
        _settle_project(container.project, record, gitaly)
    else:
        _settle_wiki(record, gitaly)


def _settle_wiki(record: PushRecord, gitaly: Gitaly) -> None:
    """A wiki's default branch is known to Gitaly only; the first push decides."""
    created = _created(record)
    branch = _choose(created, found=gitaly.find_default_branch_name())
    if branch in created:
        gitaly.set_default_branch(branch)


def _settle_project(project: Project, record: PushRecord, gitaly: Gitaly) -> None:
    known, created = project.default_branch, _created(record)
    if known and gitaly.ref_exists(f"refs/heads/{known}"):
        if known in created:  # an operator has chosen it before there was one
            gitaly.set_default_branch(known)
            protect(project, known)
        return
    branch = _choose(created, found=gitaly.find_default_branch_name())
    if branch:
        gitaly.set_default_branch(branch)
    with transaction.atomic():
        settled = Project.objects.filter(pk=project.pk, default_branch=known).update(default_branch=branch)
        if settled and branch in created:
            protect(project, branch)


def _created(record: PushRecord) -> list[str]:
    """Return the branches that the push has made, in its order."""
    changes = pushed_refs.read(record.changes)
    return [change.branch for change in changes if change.branch and change.is_creation]


def _choose(created: list[str], *, found: str | None) -> str:
    """Return what becomes the default: of a first push one of its branches, else what Gitaly finds.

    ``found`` is Gitaly's answer: none without branches, and some branch that was there before where the
    repository was not empty.
    """
    if found not in created:
        return found or ""
    return next((name for name in USUAL if name in created), created[0])


@transaction.atomic
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
