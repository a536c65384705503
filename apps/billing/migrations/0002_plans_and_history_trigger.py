"""The plans that are sold, and a history that no statement can rewrite."""

from django.db import migrations

CODES = ("default", "free", "bronze", "silver", "premium", "gold", "ultimate")
TABLE = "billing_subscriptionhistory"
TRIGGER = "subscription_history_is_final"
MESSAGE = "the history of subscriptions cannot be changed"

FORWARD = {
    "sqlite": [
        f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    ],
    "postgresql": [
        f"""CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TRIGGER}()",
    ],
}
BACKWARD = {
    "sqlite": [f"DROP TRIGGER {TRIGGER}"],
    "postgresql": [f"DROP TRIGGER {TRIGGER} ON {TABLE}", f"DROP FUNCTION {TRIGGER}()"],
}


def create_plans(apps, schema_editor):
    plan = apps.get_model("billing", "Plan")
    for code in CODES:
        plan.objects.get_or_create(code=code, defaults={"name": code})


def create_trigger(apps, schema_editor):
    for statement in FORWARD[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_trigger(apps, schema_editor):
    for statement in BACKWARD[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunPython(create_plans, migrations.RunPython.noop),
        migrations.RunPython(create_trigger, drop_trigger),
    ]
