"""Links to where a merge request is created for the branches of a push: the site of ``MERGE_REQUEST_URL``."""

from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from django.conf import settings

from apps.directory.models import FeatureLevel, Project
from apps.git_access.context.changes import Change
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryType

MOST = 10  # messages; a terminal shows no more at a time


def messages(container: Container | None, changes: tuple[Change, ...]) -> Iterator[str]:
    """Return one text per pushed branch of a project's repository, the default branch left out."""
    if container is None or container.type != RepositoryType.PROJECT or container.project is None:
        return
    project = container.project
    if not _wants_links(project):
        return
    pushed = [change.branch for change in changes if change.branch and not change.is_deletion]
    branches = [branch for branch in dict.fromkeys(pushed) if branch != project.default_branch]
    for branch in branches[:MOST]:
        url = _url(container.full_path, branch)
        yield f"To create a merge request for {branch}, visit:\n  {url}"
    if (more := len(branches) - MOST) > 0:
        yield f"Merge requests can be created for {more} more of the pushed branches."


def _wants_links(project: Project) -> bool:
    return bool(
        settings.MERGE_REQUEST_URL
        and project.printing_merge_request_link_enabled
        and project.merge_requests_access_level != FeatureLevel.DISABLED
        # Without a default branch the repository was empty when it was last looked at.
        and project.default_branch
    )


def _url(project: str, branch: str) -> str:
    template = str(settings.MERGE_REQUEST_URL)
    return template.replace("{project}", quote(project)).replace("{branch}", quote_plus(branch))
