"""Of texts that are asked for whole, one index instead of two."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ssh_keys", "0004_offered_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="key",
            name="fingerprint_md5",
            field=models.CharField(editable=False, max_length=64, verbose_name="MD5 fingerprint"),
        ),
        migrations.AddIndex(
            model_name="key",
            index=models.Index(fields=["fingerprint_md5"], name="key_fingerprint_md5"),
        ),
    ]
