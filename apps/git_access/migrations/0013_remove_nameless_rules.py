"""Remove the rules with an empty name that first pushes of a tag have left."""

from django.db import migrations


def remove_nameless(apps, schema_editor):
    for name in ("ProtectedBranch", "ProtectedTag"):
        apps.get_model("git_access", name).objects.filter(name="").delete()


class Migration(migrations.Migration):
    dependencies = [("git_access", "0012_denials")]

    operations = [migrations.RunPython(remove_nameless, migrations.RunPython.noop)]
