from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0006_user_by_state"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="object_format",
            field=models.CharField(
                choices=[("sha1", "SHA-1"), ("sha256", "SHA-256")],
                default="sha1",
                help_text="How Git names the objects of its repositories; fixed once there is one.",
                max_length=6,
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("object_format__in", ["sha1", "sha256"])),
                name="project_object_format_known",
            ),
        ),
    ]
