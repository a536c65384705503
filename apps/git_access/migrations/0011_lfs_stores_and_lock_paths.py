"""Which store has a file of LFS; locks keep paths that Git can name."""

from django.conf import settings
from django.db import migrations, models


def normalise(apps, schema_editor):
    """Write the paths of locks as Git does; a lock that never kept anybody out, or twice the same, goes."""
    for name in ("LfsFileLock", "PathLock"):
        locks = apps.get_model("git_access", name).objects.using(schema_editor.connection.alias)
        for lock in locks.order_by("id"):
            path = "/".join(part for part in lock.path.split("/") if part not in {"", "."})
            if path == lock.path and ".." not in path.split("/"):
                continue
            taken = locks.filter(project_id=lock.project_id, path=path).exclude(pk=lock.pk).exists()
            if not path or taken or ".." in path.split("/"):
                lock.delete()
            else:
                lock.path = path
                lock.save(update_fields=["path"])


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0003_operators_site"),
        ("git_access", "0010_job_paths"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="lfsobject",
            name="file_store",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "on disk"), (2, "object storage")], default=1
            ),
        ),
        migrations.RunPython(normalise, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="lfsfilelock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("path", ""),
                    ("path__startswith", "/"),
                    ("path__endswith", "/"),
                    ("path__contains", "//"),
                    ("path__in", [".", ".."]),
                    ("path__startswith", "./"),
                    ("path__contains", "/./"),
                    ("path__endswith", "/."),
                    ("path__startswith", "../"),
                    ("path__contains", "/../"),
                    ("path__endswith", "/.."),
                    _connector="OR",
                    _negated=True,
                ),
                name="lfs_file_lock_can_match",
            ),
        ),
        migrations.AddConstraint(
            model_name="pathlock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("path", ""),
                    ("path__startswith", "/"),
                    ("path__endswith", "/"),
                    ("path__contains", "//"),
                    ("path__in", [".", ".."]),
                    ("path__startswith", "./"),
                    ("path__contains", "/./"),
                    ("path__endswith", "/."),
                    ("path__startswith", "../"),
                    ("path__contains", "/../"),
                    ("path__endswith", "/.."),
                    _connector="OR",
                    _negated=True,
                ),
                name="path_lock_can_match",
            ),
        ),
    ]
