"""``manage.py stats``: how much there is of everything, in one look."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from apps.agent.models import Agent
from apps.core.console import Json, Verb, details, present
from apps.directory.models import Namespace, NamespaceKind, Project, User, UserState
from apps.git_access.models import Denial, LfsObject, PushRecord
from apps.ssh_keys.models import Key


class Command(Verb):
    help = (
        "Count users, groups, projects, keys, pushes, refusals and jobs.\n\nExample: manage.py stats --json"
    )

    def handle(self, as_json: Json = False) -> None:
        facts = _facts()
        present(
            self,
            facts,
            details({name.replace("_", " "): value for name, value in facts.items()}),
            as_json=as_json,
        )


def _facts() -> dict[str, Any]:
    day = timezone.now() - timedelta(days=1)
    return {
        "users": User.objects.count(),
        "active_users": User.objects.filter(state=UserState.ACTIVE).count(),
        "administrators": User.objects.filter(admin=True, state=UserState.ACTIVE).count(),
        "groups": Namespace.objects.filter(kind=NamespaceKind.GROUP).count(),
        "projects": Project.objects.count(),
        "archived_projects": Project.objects.filter(archived=True).count(),
        "keys": Key.objects.count(),
        "agents": Agent.objects.count(),
        "lfs_objects": LfsObject.objects.count(),
        "pushes_in_24_hours": PushRecord.objects.filter(received_at__gte=day).count(),
        "refusals_in_24_hours": Denial.objects.filter(created_at__gte=day).count(),
        "jobs_waiting": DBTaskResult.objects.ready().count(),
        "jobs_failed": DBTaskResult.objects.failed().count(),
    }
