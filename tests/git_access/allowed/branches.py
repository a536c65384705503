"""Rules over branches, and the texts of those who break them."""

from apps.directory.models import Project
from apps.git_access.models import BranchRight, ProtectedBranch, ProtectedBranchAccess
from tests.factories.git_access import ProtectedBranchFactory
from tests.git_access.allowed.asking import Outcome

NO_DEFAULT_DELETION: Outcome = (401, "The default branch of a project cannot be deleted.")
HEX_NAME: Outcome = (401, "You cannot create a branch with a SHA-1 or SHA-256 branch name.")
BAD_NAME: Outcome = (401, "You cannot create a branch with an invalid name.")
NO_FORCE: Outcome = (401, "You are not allowed to force push code to a protected branch on this project.")
NO_CREATION: Outcome = (401, "You are not allowed to create protected branches on this project.")
NO_BASIS: Outcome = (
    401,
    "You can only use an existing protected branch ref as the basis of a new protected branch.",
)
CREATE_ON_WEB: Outcome = (401, "You can only create protected branches using the web interface and API.")
NO_DELETION: Outcome = (
    401,
    "You are not allowed to delete protected branches from this project. "
    "Only a project maintainer or owner can delete a protected branch.",
)
DELETE_ON_WEB: Outcome = (401, "You can only delete protected branches using the web interface.")
NO_PUSH: Outcome = (401, "You are not allowed to push code to protected branches on this project.")
NO_FIRST_PUSH: Outcome = (
    401,
    "\nA default branch (e.g. main) does not yet exist for gnuwget/wget2\n"
    "Ask a project Owner or Maintainer to create a default branch:\n\n"
    "  http://localhost:3001/gnuwget/wget2/-/project_members\n\n",
)


def protect(
    project: Project, name: str, *, push: int | None = 0, merge: int | None = 0, force: bool = False
) -> ProtectedBranch:
    """Protect branches; a level is a row for that right, ``None`` no row."""
    rule: ProtectedBranch = ProtectedBranchFactory.create(project=project, name=name, allow_force_push=force)
    for right, level in ((BranchRight.PUSH, push), (BranchRight.MERGE, merge)):
        if level is not None:
            ProtectedBranchAccess.objects.create(rule=rule, right=right, access_level=level)
    return rule
