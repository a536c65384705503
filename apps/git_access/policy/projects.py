"""Who may see, download and push to a project, its wiki and its designs."""

from collections.abc import Iterable

from apps.directory.models import AccessLevel, FeatureLevel, Visibility
from apps.git_access.context.facts import Facts, NamespaceFacts, ProjectFacts, UserFacts
from apps.git_access.matching import addresses


def is_open_to(user: UserFacts | None, *, visibility_level: int) -> bool:
    """Whether somebody may see a thing without being a member: public, or internal and no outsider."""
    if visibility_level == Visibility.PUBLIC:
        return True
    return visibility_level == Visibility.INTERNAL and user is not None and not user.external


def is_available(feature_level: int, *, user: UserFacts | None, level: int, least: int) -> bool:
    """Whether a feature is available; one for members only needs the level ``least``."""
    if feature_level == FeatureLevel.PRIVATE:
        return level >= least or (user is not None and user.admin)
    return feature_level >= FeatureLevel.ENABLED


def may_read(
    facts: Facts, project: ProjectFacts, *, check_ip: str | None, allowed_ips: Iterable[str]
) -> bool:
    """Whether the actor may know of the project; ``allowed_ips`` are ranges that every group lets in."""
    if is_outside(facts, check_ip=check_ip, allowed_ips=allowed_ips):
        return False
    user = facts.checked_user
    return (
        facts.can_push is not None
        or facts.checked_level >= AccessLevel.GUEST
        or is_open_to(user, visibility_level=project.visibility_level)
    )


def is_outside(facts: Facts, *, check_ip: str | None, allowed_ips: Iterable[str]) -> bool:
    """Whether the root group's ranges keep this address out. Administrators come from anywhere."""
    ranges = facts.namespace.ip_ranges if facts.namespace else ()
    if check_ip is None or not ranges or (facts.checked_user and facts.checked_user.admin):
        return False
    return not addresses.inside(check_ip, (*ranges, *allowed_ips))


def may_download_code(facts: Facts, project: ProjectFacts) -> bool:
    """Whether the actor may clone and fetch."""
    if facts.can_push is not None:
        return project.repository_access_level != FeatureLevel.DISABLED
    user, level = facts.checked_user, facts.checked_level
    return _repository_available(project, user=user, level=level) and (
        level >= AccessLevel.REPORTER or is_open_to(user, visibility_level=project.visibility_level)
    )


def may_push_code(facts: Facts, project: ProjectFacts, namespace: NamespaceFacts) -> bool:
    """Whether the user, of a deploy key its creator, has the push right."""
    return (
        facts.user is not None
        and facts.level >= AccessLevel.DEVELOPER
        and _repository_available(project, user=facts.user, level=facts.level)
        and not is_archived(project, namespace)
    )


def may_download_wiki(facts: Facts, project: ProjectFacts) -> bool:
    """Whether the actor may clone and fetch the project's wiki."""
    if facts.can_push is not None:
        return project.wiki_access_level != FeatureLevel.DISABLED
    return _may_read_pages(
        facts, access_level=project.wiki_access_level, visibility_level=project.visibility_level
    )


def may_write_wiki(facts: Facts, project: ProjectFacts, namespace: NamespaceFacts) -> bool:
    """Whether the user, of a deploy key its creator, may write to the project's wiki."""
    return not is_archived(project, namespace) and _may_write_pages(
        facts, access_level=project.wiki_access_level
    )


def may_download_group_wiki(facts: Facts, group: NamespaceFacts) -> bool:
    """Whether the actor may clone and fetch the group's wiki."""
    return _may_read_pages(
        facts, access_level=group.wiki_access_level, visibility_level=group.visibility_level
    )


def may_write_group_wiki(facts: Facts, group: NamespaceFacts) -> bool:
    """Whether the user may write to the group's wiki."""
    return not group.archived and _may_write_pages(facts, access_level=group.wiki_access_level)


def may_manage_designs(facts: Facts, project: ProjectFacts, namespace: NamespaceFacts) -> bool:
    """Whether the user may read and write the designs of the project."""
    return (
        facts.checked_level >= AccessLevel.PLANNER
        and project.repository_access_level != FeatureLevel.DISABLED
        and not is_archived(project, namespace)
    )


def is_archived(project: ProjectFacts, namespace: NamespaceFacts) -> bool:
    """Whether the project or a group above it is archived."""
    return project.archived or namespace.archived


def _repository_available(project: ProjectFacts, *, user: UserFacts | None, level: int) -> bool:
    private = project.visibility_level == Visibility.PRIVATE
    least = AccessLevel.REPORTER if private else AccessLevel.GUEST
    return is_available(project.repository_access_level, user=user, level=level, least=least)


def _may_read_pages(facts: Facts, *, access_level: int, visibility_level: int) -> bool:
    user, level = facts.checked_user, facts.checked_level
    return is_available(access_level, user=user, level=level, least=AccessLevel.GUEST) and (
        level >= AccessLevel.PLANNER or is_open_to(user, visibility_level=visibility_level)
    )


def _may_write_pages(facts: Facts, *, access_level: int) -> bool:
    writes = facts.level == AccessLevel.PLANNER or facts.level >= AccessLevel.DEVELOPER
    return writes and is_available(access_level, user=facts.user, level=facts.level, least=AccessLevel.GUEST)
