"""How often which rule has refused a Git command."""

from django.db import models


class DenialCount(models.Model):
    """The refusals of one hour by one rule; each process adds what it has seen, once a minute."""

    hour = models.DateTimeField()
    reason = models.CharField(max_length=255)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["hour", "reason"], name="denial_count_unique"),)

    def __str__(self) -> str:
        return f"{self.count} times {self.reason}"
