"""Projects, their aliases and statistics, snippets, and feature flags."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from apps.core.gitaly.objects import ObjectFormat
from apps.directory.models.levels import FeatureLevel, Visibility
from apps.directory.models.namespaces import Namespace, Route, path_validators


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects by path."""

    def at_path(self, path: str) -> "ProjectQuerySet":
        """The project with this full path, ignoring case; renames are not followed."""
        return self.at_paths([path])

    def at_paths(self, paths: Iterable[str]) -> "ProjectQuerySet":
        """The projects with these full paths."""
        return self.filter(pk__in=Route.objects.at_paths(paths).values("project_id"))

    def below(self, path: str) -> "ProjectQuerySet":
        """The projects in the namespace with this full path and in all below it, ignoring case."""
        return self.alias(lower_path=Lower("route__path")).filter(lower_path__startswith=f"{path.lower()}/")


def default_storage_name() -> str:
    """Return the Gitaly storage of new repositories."""
    return str(settings.DEFAULT_STORAGE)


class Project(models.Model):
    """A Git repository with its wiki, and who may use them."""

    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=255, validators=path_validators)
    visibility_level = models.PositiveSmallIntegerField(choices=Visibility, default=Visibility.PRIVATE)
    archived = models.BooleanField(default=False)
    pending_delete = models.BooleanField(default=False)
    repository_read_only = models.BooleanField(default=False)
    storage = models.CharField(max_length=255, default=default_storage_name)
    disk_path = models.CharField(
        max_length=1024, blank=True, help_text="Empty: the hashed path. Without '.git'."
    )
    object_format = models.CharField(
        max_length=6,
        choices=[(kind.value, kind.label) for kind in ObjectFormat],
        default=ObjectFormat.SHA1.value,
        help_text="How Git names the objects of its repositories; fixed once there is one.",
    )
    repository_exists = models.BooleanField(null=True, blank=True)
    wiki_repository_exists = models.BooleanField(null=True, blank=True)
    default_branch = models.CharField(max_length=1024, null=True, blank=True)  # noqa: DJ001 -- null: unknown, "": no branch yet
    lfs_enabled = models.BooleanField("LFS enabled", null=True, blank=True)
    printing_merge_request_link_enabled = models.BooleanField(default=True)
    repository_size_limit = models.BigIntegerField(null=True, blank=True, help_text="Bytes; 0 is no limit.")
    repository_access_level = models.PositiveSmallIntegerField(
        choices=FeatureLevel, default=FeatureLevel.ENABLED
    )
    wiki_access_level = models.PositiveSmallIntegerField(choices=FeatureLevel, default=FeatureLevel.ENABLED)
    snippets_access_level = models.PositiveSmallIntegerField(
        choices=FeatureLevel, default=FeatureLevel.ENABLED
    )
    merge_requests_access_level = models.PositiveSmallIntegerField(
        choices=FeatureLevel, default=FeatureLevel.ENABLED
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="created_projects",
    )
    last_repository_updated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        # Operators look for the last part of a path, which several projects may have.
        indexes = (models.Index(Lower("path"), name="project_last_part"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(visibility_level__in=Visibility.values),
                name="project_visibility_known",
            ),
            models.CheckConstraint(
                condition=models.Q(object_format__in=[kind.value for kind in ObjectFormat]),
                name="project_object_format_known",
            ),
            models.CheckConstraint(
                condition=models.Q(repository_access_level__in=FeatureLevel.values)
                & models.Q(wiki_access_level__in=FeatureLevel.values)
                & models.Q(snippets_access_level__in=FeatureLevel.values)
                & models.Q(merge_requests_access_level__in=FeatureLevel.values),
                name="project_feature_levels_known",
            ),
        )

    def __str__(self) -> str:
        return self.full_path

    @property
    def full_path(self) -> str:
        """The path from the root, as its route says."""
        return self.route.path

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new project gets its route in the same transaction."""
        created = self._state.adding
        super().save(*args, **kwargs)
        if created:
            Route.claim(f"{self.namespace.full_path}/{self.path}", project=self)


class ProjectStatistics(models.Model):
    """Sizes in bytes, as last measured."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="statistics")
    repository_size = models.BigIntegerField(default=0)
    lfs_objects_size = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "project statistics"

    def __str__(self) -> str:
        return f"Statistics of {self.project}"


class ProjectAlias(models.Model):
    """A short name under which a project is found without its namespace; exact, not a move."""

    name = models.CharField(max_length=255)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["name"], name="project_alias_name_unique"),)
        verbose_name_plural = "project aliases"

    def __str__(self) -> str:
        return self.name


class Snippet(models.Model):
    """A small repository of files, personal or of a project."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="snippets")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="snippets"
    )
    title = models.CharField(max_length=255, blank=True)
    visibility_level = models.PositiveSmallIntegerField(choices=Visibility, default=Visibility.PRIVATE)
    storage = models.CharField(max_length=255, default=default_storage_name)
    repository_read_only = models.BooleanField(default=False)
    repository_exists = models.BooleanField(null=True, blank=True)
    default_branch = models.CharField(max_length=1024, null=True, blank=True)  # noqa: DJ001 -- null: unknown, "": no branch yet
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Snippet {self.pk}"


class FeatureFlag(models.Model):
    """A switch, for everything or for some projects. Those named ``gitaly_*`` are sent to Gitaly."""

    name = models.CharField(max_length=255)
    enabled = models.BooleanField("enabled for all", default=False)
    projects = models.ManyToManyField(Project, blank=True, related_name="feature_flags")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["name"], name="feature_flag_name_unique"),)

    def __str__(self) -> str:
        return self.name
