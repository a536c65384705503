"""What a user may do with a project, from the level there and the project's own settings.

These rules are about users and anonymous callers. What a deploy key may do is decided by its grants.
"""

from apps.directory.models import AccessLevel, FeatureLevel, Project, User, Visibility


def open_to(*, user: User | None, visibility: int) -> bool:
    """Whether something with this visibility is open without any membership."""
    if visibility == Visibility.PUBLIC:
        return True
    return visibility == Visibility.INTERNAL and user is not None and not user.external


def feature_available(*, feature: int, level: int, least: int = AccessLevel.GUEST) -> bool:
    """Whether a feature at this setting is there for somebody with this level."""
    if feature == FeatureLevel.DISABLED:
        return False
    return feature != FeatureLevel.PRIVATE or level >= least


def may_read(*, user: User | None, project: Project, level: int) -> bool:
    """Whether the project exists as far as the user can tell."""
    return level >= AccessLevel.GUEST or open_to(user=user, visibility=project.visibility_level)


def may_download_code(*, user: User | None, project: Project, level: int) -> bool:
    """Whether the user may fetch the project's repository."""
    private = project.visibility_level == Visibility.PRIVATE
    available = feature_available(
        feature=project.repository_access_level,
        level=level,
        least=AccessLevel.REPORTER if private else AccessLevel.GUEST,
    )
    return available and (
        level >= AccessLevel.REPORTER or open_to(user=user, visibility=project.visibility_level)
    )
