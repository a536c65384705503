"""Projects on their way from one Gitaly storage to another."""

from django.db import models
from django.utils import timezone

from apps.directory.models import Project


class StorageMove(models.Model):
    """A move that has begun; the row goes when nothing of it is left to do."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="storage_move")
    source = models.CharField(max_length=255)
    target = models.CharField(max_length=255)
    was_read_only = models.BooleanField(help_text="Whether pushes were refused before it began.")
    # By the repository's id, such as `project-3`; empty until source and target were found alike.
    checksums = models.JSONField(default=dict, blank=True)
    switched = models.BooleanField(default=False, help_text="The target counts; the source is to be removed.")
    # The process that works on it, and until when it counts as alive.
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(default=timezone.now)
    begun_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.project} from {self.source} to {self.target}"
