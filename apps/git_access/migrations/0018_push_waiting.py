from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("git_access", "0017_storage_moves")]

    operations = [
        migrations.AddIndex(
            model_name="pushrecord",
            index=models.Index(
                condition=models.Q(("processed_at", None)), fields=["id"], name="push_waiting"
            ),
        ),
    ]
