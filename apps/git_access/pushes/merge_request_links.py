"""Where to create a merge request for the branches of a push."""

from collections.abc import Iterator
from urllib.parse import quote_plus

from apps.directory.models import FeatureLevel
from apps.git_access.context.changes import Change
from apps.git_access.repositories import remotes
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryType


def messages(container: Container | None, changes: tuple[Change, ...]) -> Iterator[str]:
    """Return one text per pushed branch of a project's repository, the default branch left out."""
    if container is None or container.type != RepositoryType.PROJECT or container.project is None:
        return
    project = container.project
    # Without a default branch the repository was empty when it was last looked at.
    if (
        not project.printing_merge_request_link_enabled
        or project.merge_requests_access_level == FeatureLevel.DISABLED
        or not project.default_branch
    ):
        return
    pushed = [change.branch for change in changes if change.branch and not change.is_deletion]
    for branch in dict.fromkeys(pushed):
        if branch != project.default_branch:
            url = remotes.web_url(f"{container.full_path}/-/merge_requests/new")
            source = quote_plus(branch)
            yield (
                f"To create a merge request for {branch}, visit:\n"
                f"  {url}?merge_request%5Bsource_branch%5D={source}"
            )
