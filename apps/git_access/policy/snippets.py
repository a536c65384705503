"""Who may read and update a snippet, personal or of a project."""

from apps.directory.models import AccessLevel
from apps.git_access.context.facts import Facts, ProjectFacts, SnippetFacts
from apps.git_access.policy import projects


def may_read(facts: Facts, snippet: SnippetFacts) -> bool:
    """Whether the actor may clone and fetch the snippet."""
    if facts.project is None:
        return _is_own(facts, snippet) or projects.is_open_to(
            facts.checked_user, visibility_level=snippet.visibility_level
        )
    if not _has_snippets(facts, facts.project):
        return False
    return (
        _is_own(facts, snippet)
        or facts.checked_level >= AccessLevel.GUEST
        or projects.is_open_to(facts.checked_user, visibility_level=snippet.visibility_level)
    )


def may_update(facts: Facts, snippet: SnippetFacts) -> bool:
    """Whether the user may push to the snippet."""
    if facts.project is None:
        return _is_own(facts, snippet)
    if facts.namespace is None or not _has_snippets(facts, facts.project):
        return False
    return not projects.is_archived(facts.project, facts.namespace) and (
        _is_own(facts, snippet) or facts.checked_level >= AccessLevel.MAINTAINER
    )


def _is_own(facts: Facts, snippet: SnippetFacts) -> bool:
    user = facts.checked_user
    return user is not None and (user.admin or user.id == snippet.author_id)


def _has_snippets(facts: Facts, project: ProjectFacts) -> bool:
    return projects.is_available(
        project.snippets_access_level,
        user=facts.checked_user,
        level=facts.checked_level,
        least=AccessLevel.GUEST,
    )
