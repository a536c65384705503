"""Configuration and secrets: what the system checks say, ages, open rotations, stored values."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.checks import run_checks

from apps.core.counting import counted
from apps.core.encryption import NoEncryptionKey
from apps.operations import rotation, stored_secrets
from apps.operations.doctor.finding import Diagnosis
from apps.operations.rotation import Generation, SecretName

MAX_AGE = timedelta(days=365)
LONGEST_ROTATION = timedelta(days=7)
NAMED = 3  # so many of the values that no key opens are named


def configuration(*, now: datetime) -> Iterator[Diagnosis]:
    """What `manage.py check` says; behind HTTPS also what `check --deploy` says."""
    found = run_checks(include_deployment_checks=settings.HTTPS)
    problems = [message for message in found if not message.is_silenced()]
    for message in problems:
        yield Diagnosis(
            f"{message.msg.rstrip('.')} ({message.id})", message.hint or "See Django's documentation."
        )
    if not problems:
        yield Diagnosis("The system checks find nothing")


def secrets(*, now: datetime) -> Iterator[Diagnosis]:
    """Every secret that counts, with its age."""
    for name in SecretName:
        for generation in rotation.generations(name):
            yield _about(generation, age=now - generation.since)


def _about(generation: Generation, *, age: timedelta) -> Diagnosis:
    name, advice = generation.secret, ""
    if generation.state == "previous" and age > LONGEST_ROTATION:
        advice = f"End its rotation: `manage.py secret retire {name}`."
    elif generation.state == "current" and age > MAX_AGE:
        advice = f"Renew it: `manage.py secret rotate {name}`."
    days = max(age.days, 0)
    return Diagnosis(
        f"The {generation.state} secret of {name} ({generation.identifier}) is {counted(days, 'day')} old",
        advice,
    )


def stored(*, now: datetime) -> Iterator[Diagnosis]:
    """Every value that is stored encrypted can be opened."""
    try:
        found = stored_secrets.survey(stored_secrets.pages())
    except NoEncryptionKey as error:
        yield Diagnosis(
            "Stored secrets cannot be opened", f"{error} Better: restore the old file from a backup."
        )
        return
    fact = f"Stored secrets: {found.total}, under an older key: {found.older}"
    yield Diagnosis(fact, "Run `manage.py secret reencrypt`." if found.older else "")
    if found.unreadable:
        names = ", ".join(found.unreadable[:NAMED])
        fact = f"{counted(len(found.unreadable), 'stored secret')} that no key opens: {names}"
        yield Diagnosis(fact, "Restore the key file from a backup, or let their owners enrol anew.")
