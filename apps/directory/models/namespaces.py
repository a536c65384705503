"""Namespaces and the paths by which they and their projects are found."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from apps.core.identifiers import number
from apps.core.json_values import storable_text
from apps.directory.models.levels import (
    BranchProtection,
    FeatureLevel,
    ProjectCreation,
    Visibility,
)

# A top-level group is at depth 0.
MAX_DEPTH = 20
PATH_SEGMENT = re.compile(r"[a-zA-Z0-9_.][a-zA-Z0-9_.-]*")
path_validators: list[Callable[[Any], None]] = [
    RegexValidator(rf"^{PATH_SEGMENT.pattern}\Z", "Letters, digits, '_', '-' and '.' only."),
    MaxLengthValidator(255),
]


class NamespaceKind(models.TextChoices):
    """A user's own namespace, or a group."""

    USER = "user", "User"
    GROUP = "group", "Group"


class NamespaceQuerySet(models.QuerySet["Namespace"]):
    """Namespaces by path and place in the tree."""

    def at_path(self, path: str) -> "NamespaceQuerySet":
        """The namespace with this full path, ignoring case; renames are not followed."""
        return self.at_paths([path])

    def at_paths(self, paths: Iterable[str]) -> "NamespaceQuerySet":
        """The namespaces with these full paths."""
        # By a join, SQLite would read all namespaces: it does not see that the outer join is an inner one.
        return self.filter(pk__in=Route.objects.at_paths(paths).values("namespace_id"))

    def create_personal(self, owner: Any) -> "Namespace":
        """Create the namespace in which a user's own projects are; its path is the user's name."""
        return self.create(
            kind=NamespaceKind.USER, owner=owner, path=owner.username, name=owner.name or owner.username
        )

    def called(self, id_or_path: str) -> "NamespaceQuerySet":
        """The namespace with this id, or, where it is not all digits, with this full path."""
        if id_or_path.isascii() and id_or_path.isdigit():
            return self.filter(pk=number(id_or_path))
        return self.at_path(id_or_path) if storable_text(id_or_path) else self.none()

    def within(self, namespace: "Namespace") -> "NamespaceQuerySet":
        """``namespace`` and all below it."""
        return self.filter(traversal__startswith=namespace.traversal)


class Namespace(models.Model):
    """The owner of projects: a user's own namespace, or a group, nested to 20 levels."""

    kind = models.CharField(max_length=8, choices=NamespaceKind, default=NamespaceKind.GROUP)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    path = models.CharField(max_length=255, validators=path_validators)
    name = models.CharField(max_length=255)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="namespaces",
    )
    # The ids from the root down to this namespace: "2/17/". Ancestors and descendants are read from it.
    traversal = models.CharField(max_length=512, editable=False, db_index=True)
    depth = models.PositiveSmallIntegerField(default=0, editable=False)
    visibility_level = models.PositiveSmallIntegerField(choices=Visibility, default=Visibility.PRIVATE)
    archived = models.BooleanField(default=False)
    share_with_group_lock = models.BooleanField(default=False)
    lfs_enabled = models.BooleanField("LFS enabled", null=True, blank=True)
    project_creation_level = models.PositiveSmallIntegerField(choices=ProjectCreation, null=True, blank=True)
    default_branch_protection = models.PositiveSmallIntegerField(
        choices=BranchProtection, null=True, blank=True
    )
    repository_size_limit = models.BigIntegerField(null=True, blank=True, help_text="Bytes; 0 is no limit.")
    enabled_git_access_protocol = models.CharField(
        "Git access protocols", max_length=4, blank=True, choices=(("ssh", "SSH only"), ("http", "HTTP only"))
    )
    enforce_ssh_certificates = models.BooleanField("enforce SSH certificates", default=False)
    wiki_access_level = models.PositiveSmallIntegerField(choices=FeatureLevel, default=FeatureLevel.ENABLED)
    wiki_repository_exists = models.BooleanField(null=True, blank=True)
    repository_read_only = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = NamespaceQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(Lower("path"), name="namespace_last_part"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind=NamespaceKind.USER, owner__isnull=False, parent=None)
                | models.Q(kind=NamespaceKind.GROUP, owner=None),
                name="namespace_user_has_owner_group_has_none",
            ),
            models.CheckConstraint(
                condition=models.Q(depth__lte=MAX_DEPTH), name="namespace_depth_within_limit"
            ),
            models.UniqueConstraint(
                fields=["owner"],
                condition=models.Q(kind=NamespaceKind.USER),
                name="namespace_one_per_user",
            ),
            models.CheckConstraint(
                condition=models.Q(visibility_level__in=Visibility.values),
                name="namespace_visibility_known",
            ),
        )

    def __str__(self) -> str:
        return self.full_path

    @property
    def full_path(self) -> str:
        """The path from the root, as its route says."""
        return self.route.path

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from the root down to and with this namespace."""
        return [int(part) for part in self.traversal.split("/") if part]

    @property
    def root_id(self) -> int:
        """Id of the top-level namespace."""
        return self.ancestor_ids[0]

    def clean(self) -> None:
        """Refuse a parent that is no group or lies too deep."""
        if self.parent and self.parent.kind != NamespaceKind.GROUP:
            raise ValidationError({"parent": "Only a group can hold groups."})
        if self.parent and self.parent.depth >= MAX_DEPTH:
            raise ValidationError({"parent": f"Groups are nested to {MAX_DEPTH} levels at most."})

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new namespace gets its place in the tree and its route in the same transaction."""
        created = self._state.adding
        self.depth = self.parent.depth + 1 if self.parent else 0
        super().save(*args, **kwargs)
        if created:
            prefix = self.parent.traversal if self.parent else ""
            self.traversal = f"{prefix}{self.pk}/"
            super().save(update_fields=["traversal"])
            parent_path = f"{self.parent.full_path}/" if self.parent else ""
            Route.claim(f"{parent_path}{self.path}", namespace=self)


class RouteQuerySet(models.QuerySet["Route"]):
    """Routes by path."""

    def at_paths(self, paths: Iterable[str]) -> "RouteQuerySet":
        """The routes that are these paths, ignoring case."""
        return self.alias(lower_path=Lower("path")).filter(lower_path__in=[path.lower() for path in paths])


class Route(models.Model):
    """The one full path of a namespace or project."""

    path = models.CharField(max_length=5500)
    namespace = models.OneToOneField(
        Namespace, null=True, blank=True, on_delete=models.CASCADE, related_name="route"
    )
    project = models.OneToOneField(
        "directory.Project", null=True, blank=True, on_delete=models.CASCADE, related_name="route"
    )

    objects = RouteQuerySet.as_manager()

    class Meta:
        indexes = (
            # PostgreSQL finds the beginning of a path by it; SQLite knows no classes of operators.
            models.Index(fields=["path"], name="route_path_begins", opclasses=["varchar_pattern_ops"]),
        )
        constraints = (
            models.UniqueConstraint(Lower("path"), name="route_path_unique"),
            models.CheckConstraint(
                condition=models.Q(namespace=None, project__isnull=False)
                | models.Q(namespace__isnull=False, project=None),
                name="route_has_one_source",
            ),
        )

    def __str__(self) -> str:
        return self.path

    @classmethod
    def claim(cls, path: str, **source: Any) -> "Route":
        """Create the route; a redirect of something that once had this path ends."""
        RedirectRoute.objects.at_path(path).delete()
        return cls.objects.create(path=path, **source)


class RedirectRouteQuerySet(models.QuerySet["RedirectRoute"]):
    """Redirects by path."""

    def at_path(self, path: str) -> "RedirectRouteQuerySet":
        """The redirect from this path, ignoring case."""
        return self.alias(lower_path=Lower("path")).filter(lower_path=path.lower())


class RedirectRoute(models.Model):
    """A path that a namespace or project had before it was renamed or moved."""

    path = models.CharField(max_length=5500)
    namespace = models.ForeignKey(
        Namespace, null=True, blank=True, on_delete=models.CASCADE, related_name="redirects"
    )
    project = models.ForeignKey(
        "directory.Project",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="redirects",
    )

    objects = RedirectRouteQuerySet.as_manager()

    class Meta:
        verbose_name = "former path"
        constraints = (
            models.UniqueConstraint(Lower("path"), name="redirect_route_path_unique"),
            models.CheckConstraint(
                condition=models.Q(namespace=None, project__isnull=False)
                | models.Q(namespace__isnull=False, project=None),
                name="redirect_route_has_one_source",
            ),
        )

    def __str__(self) -> str:
        return self.path
