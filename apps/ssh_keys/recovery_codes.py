"""Recovery codes: a new set replaces the old one and is shown once."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac

from apps.directory.models import User
from apps.ssh_keys import owners, second_factors
from apps.ssh_keys.actors import Claim
from apps.ssh_keys.models import RecoveryCode
from apps.ssh_keys.owners import DeployKeyRefused

COUNT = 10
RANDOM_BYTES = 8  # 16 hexadecimal digits


def digest(code: str) -> str:
    """Return what is stored in place of a code; without SECRET_KEY nothing can be tried against it."""
    return salted_hmac("recovery code", code, algorithm="sha256").hexdigest()


def regenerate(*, claim: Claim, now: datetime) -> list[str]:
    """Give the user a new set of codes; those delivered before no longer count.

    Raises:
        Refused: the user has none to get.
    """
    actor = owners.identify(claim, now=now)
    user = owners.owner(claim, actor)
    if actor.deploy_key:
        raise DeployKeyRefused("Deploy keys cannot be used to retrieve recovery codes")
    second_factors.require(user)
    return _replace(user, now=now)


def use(code: str, *, user: User) -> bool:
    """Whether it is one of the user's codes; it is then used up."""
    deleted, _ = RecoveryCode.objects.filter(user=user, digest=digest(code.strip().lower())).delete()
    return deleted > 0


@transaction.atomic
def _replace(user: User, *, now: datetime) -> list[str]:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two sets at once must not mix
    codes = [secrets.token_hex(RANDOM_BYTES) for _ in range(COUNT)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=digest(code), created_at=now) for code in codes
    )
    return codes
