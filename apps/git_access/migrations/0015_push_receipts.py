from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("git_access", "0014_named_rules")]

    operations = [
        migrations.AddField(
            model_name="pushrecord",
            name="receipt",
            field=models.UUIDField(
                editable=False,
                help_text="Given when it was received: it is recorded once.",
                null=True,
                unique=True,
            ),
        ),
    ]
