"""The checks of a branch: its name, and what protects it."""

from django.conf import settings

from apps.directory.models import AccessLevel
from apps.git_access.context.changes import Change
from apps.git_access.context.refusals import Forbidden
from apps.git_access.models import BranchRight
from apps.git_access.push_checks.names import is_legal, starts_like_revision
from apps.git_access.push_checks.protected_refs import RefProtection
from apps.git_access.push_checks.push import Push

DEFAULT_TITLE = "Checking if default branch is being deleted..."
FORCE_TITLE = "Checking if you are force pushing to a protected branch..."
CREATE_TITLE = "Checking if you are allowed to create a protected branch..."
DELETE_TITLE = "Checking if you are allowed to delete the protected branch..."
PUSH_TITLE = "Checking if you are allowed to push to the protected branch..."

NO_DEFAULT_DELETION = "The default branch of a project cannot be deleted."
HEX_NAME = "You cannot create a branch with a SHA-1 or SHA-256 branch name."
ILLEGAL_NAME = "You cannot create a branch with an invalid name."
NO_FORCE = "You are not allowed to force push code to a protected branch on this project."
NO_CREATION = "You are not allowed to create protected branches on this project."
NO_BASIS = "You can only use an existing protected branch ref as the basis of a new protected branch."
CREATION_ON_WEB = "You can only create protected branches using the web interface and API."
NO_DELETION = (
    "You are not allowed to delete protected branches from this project. "
    "Only a project maintainer or owner can delete a protected branch."
)
DELETION_ON_WEB = "You can only delete protected branches using the web interface."
NO_PUSH = "You are not allowed to push code to protected branches on this project."
NO_FIRST_PUSH = """
A default branch (e.g. main) does not yet exist for {path}
Ask a project Owner or Maintainer to create a default branch:

  {url}/{path}/-/project_members

"""


def check(push: Push, change: Change) -> None:
    """B: refuse what the branch's name or protection does not allow.

    Raises:
        Forbidden: with the text of the first rule that fails.
    """
    branch = change.branch
    if branch is None:
        return
    with push.timer.block(DEFAULT_TITLE):
        if change.is_deletion and branch == push.default_branch:
            raise Forbidden(NO_DEFAULT_DELETION)
    if not change.is_deletion:
        _check_name(branch)
    rules = push.protected.over_branch(branch)
    with push.timer.block(FORCE_TITLE):
        if not push.is_protected(rules):
            return
        _check_force(push, change, rules)
        empty = push.is_empty  # asked inside the block, which says so when Gitaly takes too long
    if empty:
        _check_first_push(push, rules)
    elif change.is_creation:
        _check_creation(push, change, rules)
    elif change.is_deletion:
        _check_deletion(push)
    else:
        _check_update(push, rules)


def _check_name(branch: str) -> None:
    if starts_like_revision(branch):
        raise Forbidden(HEX_NAME)
    misleading = branch.startswith(("-", "refs/heads/", "refs/remotes/")) or branch == "HEAD"
    if misleading or not is_legal(branch):
        raise Forbidden(ILLEGAL_NAME)


def _check_force(push: Push, change: Change, rules: list[RefProtection]) -> None:
    if not change.is_update or push.is_empty or any(rule.allow_force_push for rule in rules):
        return
    if not push.gitaly.commit_is_ancestor(ancestor=change.old, child=change.new):
        raise Forbidden(NO_FORCE)


def _check_first_push(push: Push, rules: list[RefProtection]) -> None:
    with push.timer.block(PUSH_TITLE):
        if not push.may_push_to(rules):
            path = push.project.full_path
            raise Forbidden(NO_FIRST_PUSH.format(path=path, url=settings.INSTANCE_URL))


def _check_creation(push: Push, change: Change, rules: list[RefProtection]) -> None:
    with push.timer.block(CREATE_TITLE):
        if push.may_push_to(rules):
            return
        if not push.passes(rules, BranchRight.MERGE):
            raise Forbidden(NO_CREATION)
        if not _is_in_protected_branch(push, change.new):
            raise Forbidden(NO_BASIS)
        if not push.is_web:
            raise Forbidden(CREATION_ON_WEB)


def _is_in_protected_branch(push: Push, revision: str) -> bool:
    names = push.gitaly.list_branch_names_containing_commit(revision)
    return any(push.protected.over_branch(name) for name in names)


def _check_deletion(push: Push) -> None:
    with push.timer.block(DELETE_TITLE):
        if push.facts.level < AccessLevel.MAINTAINER:
            raise Forbidden(NO_DELETION)
        if not push.is_web:
            raise Forbidden(DELETION_ON_WEB)


def _check_update(push: Push, rules: list[RefProtection]) -> None:
    with push.timer.block(PUSH_TITLE):
        if not push.may_push_to(rules):
            raise Forbidden(NO_PUSH)
