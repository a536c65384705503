"""What somebody who helps from afar wants to see, in one archive without a secret."""

import io
import json
import platform
import tarfile
from collections.abc import Callable
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min
from django_tasks_db.models import DBTaskResult

from apps.core.observability.secret_texts import REDACTED
from apps.operations import configuration, rotation
from apps.operations.doctor import examination
from apps.operations.known_secrets import known_secrets
from apps.operations.rotation import SecretName


def write(target: Path, *, now: datetime) -> list[str]:
    """Write a new archive of mode 0600 and return the names of the files in it.

    What cannot be read, because something is broken, is said in its file: a bundle is made all the same.

    Raises:
        OSError: the file exists, or cannot be written.
    """
    with target.open("xb") as file:
        target.chmod(0o600)
        with tarfile.open(fileobj=file, mode="w:gz") as tar:
            for name in PARTS:
                _add(tar, f"{name}.json", _without_secrets(_part(name, now=now)), now)
    return [f"{name}.json" for name in PARTS]


def _part(name: str, *, now: datetime) -> str:
    try:
        content = PARTS[name](now)
    except Exception as error:  # whatever is broken, the rest is of use
        content = {"failed": f"{type(error).__name__}: {error}"}
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def _versions(now: datetime) -> Any:
    packages = {found.metadata["Name"]: found.version for found in metadata.distributions()}
    return {
        "made_at": now,
        "gitlab_version": settings.GITLAB_VERSION,
        "python": platform.python_version(),
        "system": platform.platform(),
        "database": [connection.vendor, *connection.get_database_version()],
        "packages": dict(sorted(packages.items())),
    }


def _configuration(now: datetime) -> Any:
    return {each.setting.name: [each.value, each.source] for each in configuration.in_force()}


def _doctor(now: datetime) -> Any:
    return {
        name: [[finding.fact, finding.advice] for finding in examination.of(name, now=now)]
        for name in examination.CHECKS
    }


def _secrets(now: datetime) -> Any:
    return [
        [each.secret, each.state, each.identifier, each.mode, each.since, each.last_used_at]
        for name in SecretName
        for each in rotation.generations(name)
    ]


def _migrations(now: datetime) -> Any:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _counts(now: datetime) -> Any:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def _queue(now: datetime) -> Any:
    groups = DBTaskResult.objects.order_by().values("status", "task_path", "exception_class_path")
    return list(groups.annotate(count=Count("pk"), oldest=Min("enqueued_at")))


PARTS: dict[str, Callable[[datetime], Any]] = {
    "versions": _versions,
    "configuration": _configuration,
    "doctor": _doctor,
    "secrets": _secrets,
    "migrations": _migrations,
    "counts": _counts,
    "queue": _queue,
}


def _without_secrets(text: str) -> bytes:
    """A second net below the first one: an error may quote an address with its password."""
    for secret in known_secrets():
        text = text.replace(secret, REDACTED)
    return text.encode()


def _add(tar: tarfile.TarFile, name: str, content: bytes, now: datetime) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(content), 0o600, int(now.timestamp())
    tar.addfile(member, io.BytesIO(content))
