"""The check that every pointer to a file in LFS leads to one."""

from apps.git_access.context.refusals import Forbidden
from apps.git_access.models import LfsObjectLink
from apps.git_access.push_checks.push import Push

TITLE = (
    "Scanning repository for blobs stored in LFS and verifying their files have been uploaded to GitLab..."
)
MISSING = 'LFS objects are missing. Ensure LFS is properly set up or try a manual "git lfs push --all".'
BATCH = 500  # ids in one query; a database takes only so many parameters


def check(push: Push) -> None:
    """E: refuse new pointers to objects that the project does not have."""
    if not push.restrictions.lfs_enabled or not push.new_objects.revisions:
        return
    with push.timer.block(TITLE):
        oids = sorted({pointer.oid for pointer in push.new_objects.lfs_pointers})
        batches = (oids[start : start + BATCH] for start in range(0, len(oids), BATCH))
        if any(_count(push, batch) < len(batch) for batch in batches):
            raise Forbidden(MISSING)


def _count(push: Push, oids: list[str]) -> int:
    return LfsObjectLink.objects.filter(project_id=push.project.id, lfs_object__oid__in=oids).count()
