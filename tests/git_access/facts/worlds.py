"""Small random worlds in which every branch of the access rules occurs."""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any, TypeVar

from apps.directory.models import (
    AccessLevel,
    FeatureFlag,
    FeatureLevel,
    GroupGroupLink,
    Member,
    MemberState,
    Namespace,
    NamespaceKind,
    PersonalAccessToken,
    Project,
    ProjectAlias,
    ProjectGroupLink,
    ProjectStatistics,
    RedirectRoute,
    Route,
    Snippet,
    Terms,
    TermsAcceptance,
    User,
    UserType,
    Visibility,
)
from apps.git_access.models import IpRestriction, Maintenance
from apps.ssh_keys.models import DeployKeyGrant, Key, KeyKind, UsageType
from tests.factories.ssh_keys import KeyFactory

T = TypeVar("T")
LEVELS = [0, 5, *AccessLevel.values]
SUFFIXES = ("", ".wiki", ".design", "/snippets/{}", "/none")


class World:
    """A handful of everything, related at random."""

    def __init__(self, chance: random.Random, *, now: datetime) -> None:
        self.chance = chance
        self.now = now
        self.users = [self._user(number) for number in range(4)]
        self.groups: list[Namespace] = []
        for number in range(5):
            self.groups.append(self._group(number))
        self.personal = [self._personal(user) for user in self.users[:2]]
        self.projects = [self._project(number) for number in range(4)]
        self.snippets = [self._snippet() for _ in range(3)]
        self.keys = self._keys()
        self.tokens = self._tokens()
        self._relate()
        self._rename()
        if chance.random() < 0.3:
            Maintenance.objects.create(
                message=chance.choice(["", "Until noon."]), started_by="x", started_at=now
            )

    def paths(self) -> list[str]:
        """Every path that leads somewhere, or nearly does."""
        owners = [*Route.objects.values_list("path", flat=True)]
        owners += RedirectRoute.objects.values_list("path", flat=True)
        owners += ["alias", "nowhere", "nowhere/project"]
        numbers = [snippet.pk for snippet in self.snippets]
        found = [
            (owner + suffix).format(number) for owner, suffix, number in product(owners, SUFFIXES, numbers)
        ]
        return sorted({*found, *(path.upper() for path in owners), *(f"snippets/{n}" for n in numbers)})

    def _maybe(self, *values: T) -> T:
        return self.chance.choice(values)

    def _user(self, number: int) -> User:
        kind = self.chance.choice([UserType.HUMAN, UserType.HUMAN, UserType.PROJECT_BOT])
        return User.objects.create(
            username=f"User{number}",
            password="!",
            user_type=kind,
            admin=self.chance.random() < 0.1,
            external=self.chance.random() < 0.3,
            confirmed_at=self._maybe(None, self.now),
            password_expires_at=self._maybe(None, self.now),
            otp_required_for_login=self.chance.random() < 0.3,
            last_activity_on=self._maybe(None, self.now.date()),
        )

    def _group(self, number: int) -> Namespace:
        return Namespace.objects.create(
            path=f"Group{number}",
            name=f"Group{number}",
            parent=self._maybe(None, *self.groups),
            visibility_level=self.chance.choice(Visibility.values),
            archived=self.chance.random() < 0.2,
            share_with_group_lock=self.chance.random() < 0.3,
            repository_size_limit=self._maybe(None, 0, 100),
            lfs_enabled=self._maybe(None, None, True, False),
            project_creation_level=self._maybe(None, 0, 2),
            default_branch_protection=self._maybe(None, 1, 2),
            enabled_git_access_protocol=self._maybe("", "ssh"),
            enforce_ssh_certificates=self.chance.random() < 0.2,
            wiki_repository_exists=self._maybe(None, True),
        )

    def _personal(self, user: User) -> Namespace:
        return Namespace.objects.create(
            kind=NamespaceKind.USER, owner=user, path=user.username, name=user.username
        )

    def _project(self, number: int) -> Project:
        project = Project.objects.create(
            namespace=self.chance.choice([*self.groups, *self.personal]),
            name=f"Project{number}",
            path=f"Project{number}",
            visibility_level=self.chance.choice(Visibility.values),
            repository_access_level=self.chance.choice(FeatureLevel.values),
            disk_path=self._maybe("", "legacy/path"),
            repository_exists=self._maybe(None, True, False),
            default_branch=self._maybe(None, "", "main"),
            repository_size_limit=self._maybe(None, 7),
            lfs_enabled=self._maybe(None, True, False),
        )
        if self.chance.random() < 0.5:
            ProjectStatistics.objects.create(project=project, repository_size=3, lfs_objects_size=4)
        return project

    def _snippet(self) -> Snippet:
        return Snippet.objects.create(
            author=self.chance.choice(self.users),
            project=self._maybe(None, *self.projects),
            visibility_level=self.chance.choice(Visibility.values),
        )

    def _keys(self) -> list[Key]:
        return [
            KeyFactory.create(
                kind=self.chance.choice(KeyKind.values),
                user=self._maybe(None, *self.users),
                usage_type=self.chance.choice(UsageType.values),
                expires_at=self._maybe(None, self.now),
                last_used_at=self._maybe(None, self.now),
            )
            for _ in range(4)
        ]

    def _tokens(self) -> list[PersonalAccessToken]:
        return [
            PersonalAccessToken.objects.create(
                user=user,
                name="t",
                scopes=self._maybe([], ["api"], ["read_api", "read_user"]),
                expires_at=self._expiry(),
                revoked=self.chance.random() < 0.3,
                token_digest=f"digest{number}",
                last_used_at=self._maybe(None, self.now),
            )
            for number, user in enumerate(self.users)
        ]

    def _relate(self) -> None:
        for user, group in self._some(product(self.users, self.groups), 0.3):
            Member.objects.create(user=user, group=group, **self._membership())
        for user, project in self._some(product(self.users, self.projects), 0.3):
            Member.objects.create(user=user, project=project, **self._membership())
        for key, project in self._some(product(self.keys, self.projects), 0.4):
            DeployKeyGrant.objects.create(key=key, project=project, can_push=self.chance.random() < 0.5)
        self._share()
        self._configure()

    def _share(self) -> None:
        for shared, invited in self._some(product(self.groups, self.groups), 0.25):
            if shared != invited:
                GroupGroupLink.objects.create(
                    shared_group=shared, shared_with_group=invited, **self._invitation()
                )
        for project, group in self._some(product(self.projects, self.groups), 0.3):
            ProjectGroupLink.objects.create(project=project, group=group, **self._invitation())

    def _configure(self) -> None:
        for group in self._some((group for group in self.groups if group.parent is None), 0.4):
            IpRestriction.objects.create(group=group, cidr="192.0.2.0/24")
            IpRestriction.objects.create(group=group, cidr="10.0.0.0/8")
        for name in ("gitaly_one", "gitaly_two", "other"):
            flag = FeatureFlag.objects.create(name=name, enabled=self.chance.random() < 0.5)
            flag.projects.set(self._some(self.projects, 0.5))
        for _ in range(self._maybe(0, 2)):
            terms = Terms.objects.create(text="Be kind.")
            for user in self._some(self.users, 0.5):
                TermsAcceptance.objects.create(user=user, terms=terms)

    def _rename(self) -> None:
        ProjectAlias.objects.create(name="alias", project=self.chance.choice(self.projects))
        RedirectRoute.objects.create(path="Old/Project", project=self.chance.choice(self.projects))
        RedirectRoute.objects.create(path="Old", namespace=self.chance.choice(self.groups))

    def _invitation(self) -> dict[str, Any]:
        return {"group_access": self.chance.choice(LEVELS), "expires_at": self._expiry()}

    def _membership(self) -> dict[str, Any]:
        return {
            "access_level": self.chance.choice(LEVELS),
            "expires_at": self._expiry(),
            "requested_at": self._maybe(None, None, None, self.now),
            "state": self.chance.choice([MemberState.ACTIVE] * 4 + [MemberState.AWAITING]),
        }

    def _expiry(self) -> date | None:
        days = self._maybe(None, None, -1, 0, 1)
        return None if days is None else self.now.date() + timedelta(days=days)

    def _some(self, things: Iterable[T], probability: float) -> list[T]:
        return [thing for thing in things if self.chance.random() < probability]
