"""Reading and downloading, by level, visibility and the repository feature."""

import pytest

from apps.directory.models import FeatureLevel, Project, User, Visibility
from apps.directory.project_rights import may_download_code, may_read

PERSON = User(username="person")
EXTERNAL = User(username="external", external=True)


def project(visibility: Visibility, repository: FeatureLevel = FeatureLevel.ENABLED) -> Project:
    return Project(visibility_level=visibility, repository_access_level=repository)


@pytest.mark.parametrize(
    ("user", "visibility", "level", "allowed"),
    [
        (None, Visibility.PUBLIC, 0, True),
        (None, Visibility.INTERNAL, 0, False),
        (None, Visibility.PRIVATE, 0, False),
        (PERSON, Visibility.INTERNAL, 0, True),
        (EXTERNAL, Visibility.INTERNAL, 0, False),
        (EXTERNAL, Visibility.INTERNAL, 10, True),
        (PERSON, Visibility.PRIVATE, 0, False),
        (PERSON, Visibility.PRIVATE, 10, True),
    ],
)
def test_who_may_read(user: User | None, visibility: Visibility, level: int, allowed: bool) -> None:
    assert may_read(user=user, project=project(visibility), level=level) is allowed


@pytest.mark.parametrize(
    ("visibility", "repository", "level", "allowed"),
    [
        (Visibility.PRIVATE, FeatureLevel.ENABLED, 10, False),
        (Visibility.PRIVATE, FeatureLevel.ENABLED, 20, True),
        (Visibility.PRIVATE, FeatureLevel.PRIVATE, 15, False),
        (Visibility.PRIVATE, FeatureLevel.PRIVATE, 20, True),
        (Visibility.PUBLIC, FeatureLevel.PRIVATE, 0, False),
        (Visibility.PUBLIC, FeatureLevel.PRIVATE, 10, True),
        (Visibility.PUBLIC, FeatureLevel.ENABLED, 0, True),
        (Visibility.INTERNAL, FeatureLevel.ENABLED, 0, True),
        (Visibility.PUBLIC, FeatureLevel.DISABLED, 50, False),
    ],
)
def test_who_may_download(
    visibility: Visibility, repository: FeatureLevel, level: int, allowed: bool
) -> None:
    answer = may_download_code(user=PERSON, project=project(visibility, repository), level=level)

    assert answer is allowed
