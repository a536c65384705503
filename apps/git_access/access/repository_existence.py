"""Whether the repository is there: by the stored flag, else Gitaly is asked and the answer kept."""

from django.db.models import Model

from apps.directory.models import Namespace, Project, Snippet
from apps.git_access.context import gitaly_repositories, places
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.deadline import CheckTimer
from apps.git_access.context.facts import Facts
from apps.git_access.context.refusals import Hidden
from apps.git_access.repositories.ids import RepositoryType

ABSENT = {
    RepositoryType.PROJECT: "A repository for this project does not exist yet.",
    RepositoryType.PROJECT_WIKI: "A repository for this wiki does not exist yet.",
    RepositoryType.GROUP_WIKI: "A repository for this group wiki does not exist yet.",
    RepositoryType.SNIPPET: "The snippet repository you were looking for could not be found.",
}
# Where the flag of each type is kept.
_FLAGS: dict[RepositoryType, tuple[type[Model], str]] = {
    RepositoryType.PROJECT: (Project, "repository_exists"),
    RepositoryType.PROJECT_WIKI: (Project, "wiki_repository_exists"),
    RepositoryType.GROUP_WIKI: (Namespace, "wiki_repository_exists"),
    RepositoryType.SNIPPET: (Snippet, "repository_exists"),
}


def ensure(attempt: Attempt, timer: CheckTimer) -> None:
    """Step 18: refuse when there is no repository.

    Raises:
        Hidden: there is none.
        Exhausted: too many others are waiting for Gitaly.
        GitalyFailure: Gitaly had to be asked, and could not.
    """
    if _flag(attempt.facts):
        return
    with places.of_process().one():
        exists = gitaly_repositories.of_push(attempt, timer).repository_exists()
    if not exists:
        raise Hidden(ABSENT[attempt.type])
    record(attempt.facts, exists=True)


def record(facts: Facts, *, exists: bool | None) -> None:
    """Keep what Gitaly said; ``None`` when it has to be asked again."""
    model, field = _FLAGS[facts.type]
    model._default_manager.filter(pk=facts.container_id).update(**{field: exists})


def _flag(facts: Facts) -> bool | None:
    match facts.type:
        case RepositoryType.PROJECT if facts.project:
            return facts.project.repository_exists
        case RepositoryType.PROJECT_WIKI if facts.project:
            return facts.project.wiki_repository_exists
        case RepositoryType.GROUP_WIKI if facts.namespace:
            return facts.namespace.wiki_repository_exists
        case RepositoryType.SNIPPET if facts.snippet:
            return facts.snippet.repository_exists
    return None
