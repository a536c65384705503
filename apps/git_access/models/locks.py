"""Paths that one user keeps for herself."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.core.json_values import storable_text
from apps.directory.models import Project

LONGEST = 1024
# Git names no file like this, so a lock on it would never keep anybody out.
NEVER_A_PATH = (
    Q(path="")
    | Q(path__startswith="/")
    | Q(path__endswith="/")
    | Q(path__contains="//")
    | Q(path__in=[".", ".."])
    | Q(path__startswith="./")
    | Q(path__contains="/./")
    | Q(path__endswith="/.")
    | Q(path__startswith="../")
    | Q(path__contains="/../")
    | Q(path__endswith="/..")
)


def may_match(path: str) -> bool:
    """Whether Git can name a file or a directory like this."""
    parts = path.split("/")
    return storable_text(path) and not any(part in {"", ".", ".."} for part in parts)


def normalised(path: str) -> str:
    """Return the path as Git writes it: without slashes around it, doubled ones, and ``.``."""
    return "/".join(part for part in path.split("/") if part not in {"", "."})


class Lock(models.Model):
    """Nobody but its user may push changes of the path."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="%(class)ss")
    path = models.CharField(
        max_length=LONGEST, help_text="From the root of the repository, without '/' there."
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="%(class)ss")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.path} of {self.project}"

    def clean(self) -> None:
        """Write the path as Git does, and refuse one that no file can have."""
        self.path = normalised(self.path)
        if not may_match(self.path):
            raise ValidationError({"path": "No file of a repository can have this path."})


class PathLock(Lock):
    """A lock on a file or a whole directory; it counts on the default branch."""

    class Meta(Lock.Meta):
        constraints = (
            models.UniqueConstraint(fields=["project", "path"], name="path_lock_unique"),
            models.CheckConstraint(condition=~NEVER_A_PATH, name="path_lock_can_match"),
        )


class LfsFileLock(Lock):
    """A lock on exactly one file, made by ``git lfs lock``; it counts on every branch."""

    class Meta(Lock.Meta):
        verbose_name = "LFS file lock"
        constraints = (
            models.UniqueConstraint(fields=["project", "path"], name="lfs_file_lock_unique"),
            models.CheckConstraint(condition=~NEVER_A_PATH, name="lfs_file_lock_can_match"),
        )
