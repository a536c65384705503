"""The embedded store's one table."""

from django.db import models


class Entry(models.Model):
    """A value or a counter that lives until ``expires_at``."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField(blank=True)
    count = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "entries"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(count__gte=0), name="shared_store_entry_count_not_negative"
            ),
        )

    def __str__(self) -> str:
        return self.key
