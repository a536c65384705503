"""Nothing any more: ``migrate`` installs the functions of the tree at its end."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("git_access", "0008_maintenance")]
    operations = [migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)]
