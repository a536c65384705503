"""Jobs in the queue are found under the modules that hold them now."""

from django.db import migrations

MOVED = {
    "apps.git_access.tasks.process_push": "apps.git_access.pushes.tasks.process_push",
    "apps.git_access.follow_ups.deliver_webhook": "apps.git_access.pushes.after.tasks.deliver_webhook",
    "apps.git_access.follow_ups.measure_project": "apps.git_access.pushes.after.tasks.measure_project",
}


def move(paths):
    def rename(apps, schema_editor):
        jobs = apps.get_model("django_tasks_database", "DBTaskResult").objects.using(
            schema_editor.connection.alias
        )
        for old, new in paths.items():
            jobs.filter(task_path=old).update(task_path=new)

    return rename


class Migration(migrations.Migration):
    dependencies = [("git_access", "0009_lighter_access_facts"), ("django_tasks_database", "__latest__")]
    operations = [migrations.RunPython(move(MOVED), move({new: old for old, new in MOVED.items()}))]
