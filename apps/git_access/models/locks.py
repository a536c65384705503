"""Paths that one user keeps for herself."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.directory.models import Project


class Lock(models.Model):
    """Nobody but its user may push changes of the path."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="%(class)ss")
    path = models.CharField(max_length=1024, help_text="From the root of the repository, without '/' there.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="%(class)ss")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.path} of {self.project}"


class PathLock(Lock):
    """A lock on a file or a whole directory; it counts on the default branch."""

    class Meta(Lock.Meta):
        constraints = (models.UniqueConstraint(fields=["project", "path"], name="path_lock_unique"),)


class LfsFileLock(Lock):
    """A lock on exactly one file, made by ``git lfs lock``; it counts on every branch."""

    class Meta(Lock.Meta):
        verbose_name = "LFS file lock"
        constraints = (models.UniqueConstraint(fields=["project", "path"], name="lfs_file_lock_unique"),)
