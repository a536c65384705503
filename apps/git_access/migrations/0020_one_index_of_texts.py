"""Of texts that are asked for whole, one index instead of two."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("git_access", "0019_plain_names"),
        ("ssh_keys", "0005_one_index_of_fingerprints"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="gitauditevent",
            name="address",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name="gitauditevent",
            name="gl_repository",
            field=models.CharField(max_length=64, verbose_name="repository"),
        ),
        migrations.AlterField(
            model_name="gitauditevent",
            name="username",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="pushrecord",
            name="correlation_id",
            field=models.CharField(blank=True, max_length=128),
        ),
        migrations.AlterField(
            model_name="pushrecord",
            name="gl_repository",
            field=models.CharField(max_length=64, verbose_name="repository"),
        ),
        migrations.AddIndex(
            model_name="gitauditevent",
            index=models.Index(fields=["username"], name="git_audit_event_username"),
        ),
        migrations.AddIndex(
            model_name="gitauditevent",
            index=models.Index(fields=["gl_repository"], name="git_audit_event_repository"),
        ),
        migrations.AddIndex(
            model_name="gitauditevent",
            index=models.Index(fields=["address"], name="git_audit_event_address"),
        ),
        migrations.AddIndex(
            model_name="pushrecord",
            index=models.Index(fields=["gl_repository"], name="push_repository"),
        ),
        migrations.AddIndex(
            model_name="pushrecord",
            index=models.Index(fields=["correlation_id"], name="push_correlation_id"),
        ),
    ]
