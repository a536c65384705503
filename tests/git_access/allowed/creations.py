"""What pushing has created, and for whom."""

from typing import Any

from apps.directory.models import Namespace, Project, User
from tests.factories.directory import MemberFactory, UserFactory


def created() -> list[str]:
    return sorted(project.full_path for project in Project.objects.all())


def group_member(group: Namespace, level: int, **fields: Any) -> User:
    user = UserFactory.create(**fields)
    if level:
        MemberFactory.create(user=user, group=group, access_level=level)
    return user
