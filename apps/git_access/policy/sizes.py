"""How large a repository may be, and how large it is; bytes."""

from apps.git_access.context.facts import Facts
from apps.git_access.context.instance_settings import InstanceSettings
from apps.git_access.repositories.ids import RepositoryType


def limit(facts: Facts, settings: InstanceSettings) -> int:
    """Return the limit of the repository; 0 is none."""
    if facts.type == RepositoryType.SNIPPET:
        return settings.snippet_size_limit
    limits = (
        facts.project.repository_size_limit if facts.project else None,
        facts.namespace.repository_size_limit if facts.namespace else None,
    )
    return next((limit for limit in limits if limit is not None), settings.repository_size_limit)


def size(facts: Facts) -> int:
    """Return the size as last measured; snippets are not measured."""
    if facts.project is None or facts.type == RepositoryType.SNIPPET:
        return 0
    return facts.project.repository_size


def exceeds(facts: Facts, settings: InstanceSettings, *, added: int = 0) -> bool:
    """Whether the repository, with so many bytes more, is larger than it may be."""
    return 0 < limit(facts, settings) < size(facts) + added
