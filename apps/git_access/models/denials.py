"""Which rule has refused Git commands: how often, and the latest ones each on its own."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.core.counting import counted
from apps.directory.models import Project
from apps.ssh_keys.models import Key


class DenialCount(models.Model):
    """The refusals of one hour by one rule; each process adds what it has seen, once a minute."""

    hour = models.DateTimeField()
    # The id of the step that refused, or of a cause outside the rules.
    reason = models.CharField(max_length=255)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["hour", "reason"], name="denial_count_unique"),)

    def __str__(self) -> str:
        return f"{counted(self.count, 'time')} {self.reason}"


class Denial(models.Model):
    """One refused Git command: who asked for what, where and from where, and what the answer was."""

    created_at = models.DateTimeField("when", default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    key = models.ForeignKey(Key, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    # The repository as it was asked for, which may be none.
    place = models.CharField("repository", max_length=255, blank=True)
    action = models.CharField(max_length=255)
    protocol = models.CharField(max_length=255)
    address = models.CharField(max_length=255, blank=True)
    rule = models.CharField(max_length=255, db_index=True)
    message = models.TextField("answer", blank=True)

    def __str__(self) -> str:
        return f"{self.action} of {self.place}: {self.rule}"
