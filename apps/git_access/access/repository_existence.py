"""Whether the repository is there: by the stored flag, else Gitaly is asked and the answer kept."""

from functools import partial

from django.db.models import Model

from apps.core import records
from apps.core.gitaly.objects import ObjectFormat
from apps.directory.models import Namespace, Project, Snippet
from apps.git_access.access.decision import Decision
from apps.git_access.context import gitaly_repositories, places
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.deadline import gitaly_failures_refuse
from apps.git_access.context.facts import Facts
from apps.git_access.context.refusals import Hidden
from apps.git_access.context.step import Step
from apps.git_access.policy.steps import pushing
from apps.git_access.repositories import new_repositories
from apps.git_access.repositories.ids import RepositoryType

ABSENT = {
    RepositoryType.PROJECT: "A repository for this project does not exist yet.",
    RepositoryType.PROJECT_WIKI: "A repository for this wiki does not exist yet.",
    RepositoryType.GROUP_WIKI: "A repository for this group wiki does not exist yet.",
    RepositoryType.SNIPPET: "The snippet repository you were looking for could not be found.",
}
WIKIS = frozenset({RepositoryType.PROJECT_WIKI, RepositoryType.GROUP_WIKI})
# Where the flag of each type is kept.
_FLAGS: dict[RepositoryType, tuple[type[Model], str]] = {
    RepositoryType.PROJECT: (Project, "repository_exists"),
    RepositoryType.PROJECT_WIKI: (Project, "wiki_repository_exists"),
    RepositoryType.GROUP_WIKI: (Namespace, "wiki_repository_exists"),
    RepositoryType.SNIPPET: (Snippet, "repository_exists"),
}


def check(decision: Decision) -> None:
    """Step 18: refuse when there is no repository, unless the push is one that creates it.

    Raises:
        Hidden: there is none.
        Exhausted: too many others are waiting for Gitaly.
        GitalyFailure: Gitaly had to be asked, and could not.
    """
    attempt = decision.attempt
    if _flag(attempt.facts):
        return
    with places.one():
        exists = gitaly_repositories.of_push(attempt, decision.timer).repository_exists()
    if exists:
        decision.repository_found = True
    elif _begins_wiki(attempt):
        decision.begins_wiki = True
    else:
        raise Hidden(ABSENT[attempt.type])


def _begins_wiki(attempt: Attempt) -> bool:
    """Whether this is the first push to a wiki, by somebody who may write to it."""
    return (
        attempt.type in WIKIS
        and attempt.command.is_push
        and attempt.command.asks_beforehand
        and pushing.may_write_wiki(attempt)
    )


def create_wiki(decision: Decision) -> None:
    """Create the repository of a wiki, once every step has passed.

    Raises:
        Refusal: Gitaly does not make it.
    """
    gitaly = gitaly_repositories.of_push(decision.attempt, decision.timer)
    object_format = _object_format(decision.attempt.facts)
    with gitaly_failures_refuse(decision.timer), places.one():
        new_repositories.create_empty(gitaly, object_format=object_format)
    decision.repository_found = True


def _object_format(facts: Facts) -> ObjectFormat:
    """Return that of the project: who has it cloned makes the wiki with the same Git."""
    if facts.project is None:
        return ObjectFormat.SHA1
    return ObjectFormat(Project.objects.values_list("object_format", flat=True).get(pk=facts.project.id))


EXISTS = Step(
    id="repository-exists", text="the repository exists", fault="the repository does not exist", run=check
)


def keep(decision: Decision) -> None:
    """Keep what Gitaly has said; one that is gone is asked about again next time."""
    if decision.repository_found is None:
        return
    model, field = _FLAGS[decision.attempt.type]
    container = decision.attempt.facts.container_id
    row = model._default_manager.filter(pk=container)
    write = partial(row.update, **{field: decision.repository_found or None})
    records.later("existence of a repository", (decision.attempt.type, container), write)


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
