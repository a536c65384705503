"""How much the agents are used: totals, the same by day for the chart, and distinct ids by month."""

from django.db import models


class UsageCounter(models.Model):
    """The sum of everything that kas has reported under one name."""

    name = models.CharField(max_length=100)
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["name"], name="usage_counter_name_unique"),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="usage_counter_not_negative"),
        )

    def __str__(self) -> str:
        return self.name


class UsageDay(models.Model):
    """The part of a counter that was reported on one day, in UTC."""

    name = models.CharField(max_length=100)
    day = models.DateField()
    value = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "usage of a day"
        verbose_name_plural = "usage by day"
        constraints = (
            models.UniqueConstraint(fields=["name", "day"], name="usage_day_name_unique"),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="usage_day_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.name} on {self.day}"


class UniqueUsage(models.Model):
    """An id that was counted under a name in a month; ``month`` is its first day."""

    name = models.CharField(max_length=100)
    month = models.DateField()
    counted_id = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "unique usage"
        constraints = (
            models.UniqueConstraint(fields=["name", "month", "counted_id"], name="unique_usage_once_a_month"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.month:%Y-%m}: {self.counted_id}"
