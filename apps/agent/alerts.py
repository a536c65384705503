"""Keep alerts: a new row, one more event of an open one, or its end."""

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from apps.agent.alert_payloads import AlertReport
from apps.agent.models import Alert, Environment
from apps.agent.models.alerts import AlertQuerySet
from apps.directory.models import Project

# Each attempt that fails means that somebody opened and closed the same alert meanwhile.
_ATTEMPTS = 5


def save(*, project: Project, report: AlertReport) -> None:
    """Keep an alert. The database lets one open alert of each fingerprint exist, whoever comes first.

    Raises:
        IntegrityError: others kept opening and closing the same alert all the time.
    """
    if report.ended_at:
        _same_as(project, report).resolve(at=report.ended_at)
        return
    for attempt in range(_ATTEMPTS):
        if _same_as(project, report).update(events=F("events") + 1):
            return
        try:
            _create(project, report)
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def _same_as(project: Project, report: AlertReport) -> AlertQuerySet:
    if report.fingerprint is None:
        return Alert.objects.none()
    return Alert.objects.unresolved().filter(project=project, fingerprint=report.fingerprint)


@transaction.atomic
def _create(project: Project, report: AlertReport) -> None:
    # Alerts of a project are numbered one after the other.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    last = Alert.objects.filter(project=project).aggregate(last=Max("iid"))["last"]
    environment = Environment.objects.filter(project=project, name=report.environment_name).first()
    Alert.objects.create(
        project=project,
        iid=(last or 0) + 1,
        title=report.title,
        description=report.description,
        service=report.service,
        monitoring_tool=report.monitoring_tool,
        hosts=report.hosts,
        severity=report.severity,
        domain=report.domain,
        fingerprint=report.fingerprint,
        payload=report.payload,
        started_at=report.started_at,
        environment=environment,
    )
