"""No rule has an empty name. Apart from the removal: PostgreSQL changes no table with rows that are on their way."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("git_access", "0013_remove_nameless_rules")]

    operations = [
        migrations.AddConstraint(
            model_name="protectedbranch",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="protected_branch_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="protectedtag",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="protected_tag_named"
            ),
        ),
    ]
