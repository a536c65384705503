"""Maintenance of the instance, which the reader of the access facts tells beside everything else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("git_access", "0007_denial_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Maintenance",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("message", models.TextField(blank=True, help_text="What everybody is told who pushes.")),
                ("started_by", models.CharField(max_length=255)),
                ("started_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "maintenance",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="maintenance_has_one_row")
                ],
            },
        ),
        migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
    ]
