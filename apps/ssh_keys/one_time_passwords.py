"""One-time passwords: a right code opens a session for the key with which it was typed.

The codes of a user are checked one after the other, under the lock of the user's row: no code counts twice,
and no number of requests at once gets more attempts than the account has.
"""

import re
from datetime import datetime

import pyotp
import structlog
from django.conf import settings
from django.db import transaction

from apps.core.encryption import Encrypted
from apps.core.shared_store.store import failures, store
from apps.directory.models import User, UserState
from apps.ssh_keys import owners, second_factors
from apps.ssh_keys.actors import Actor, Claim
from apps.ssh_keys.deliveries import Delivery
from apps.ssh_keys.models import OtpSecret, RecoveryCode
from apps.ssh_keys.owners import DeployKeyRefused, Refused

log = structlog.get_logger(__name__)

DRIFT = 1  # steps of 30 s either way
_CODE = re.compile(r"[0-9]{6}")


class CodesLocked(Refused):
    """The user is not active, or has failed too often."""

    message = "Your account is locked"


class InvalidCode(Refused):
    """The code is wrong, out of date, or used up."""

    message = "Invalid OTP"


class NoPush(Refused):
    """Nothing here sends questions to telephones."""

    message = "Feature is not available"


class NoCode(ValueError):
    """The request has no code in it, not even an empty one."""


def required(*, claim: Claim, now: datetime) -> bool:
    """Whether the owner of the key has two-factor authentication on.

    Raises:
        Refused: there is no key, or nobody owns it.
    """
    actor = owners.identify(claim, now=now)
    _, user = owners.key_and_owner(actor)
    return actor.deploy_key is None and second_factors.enabled(user)


def open_session(*, claim: Claim, code: str | None, delivery: Delivery, now: datetime) -> None:
    """Open a session for the key; the same request delivered again opens it again.

    Raises:
        Refused: the reason, for the person who typed the code.
        NoCode: there is none.
    """
    actor = owners.identify(claim, now=now)
    key, user = owners.key_and_owner(actor)
    _may_try(actor, user)
    if not _use_up(code, user=user, delivery=delivery, now=now):
        raise InvalidCode
    lifetime = settings.GIT_TWO_FACTOR_SESSION_EXPIRY * 60
    store().put(_session(key.pk), "open", lifetime=lifetime)


def session_open(key_id: int) -> bool:
    """Whether a right code has been typed for this key within the lifetime of a session.

    Where the shared store cannot say so, none has.
    """
    try:
        return store().get(_session(key_id)) is not None
    except failures():
        log.warning("sessions could not be read", exc_info=True)
        return False


def enrol(user: User, secret: str | None = None) -> str:
    """Turn one-time passwords on and return the URI that an authenticator app scans.

    A secret that the user had before is replaced, and its sessions end. Without ``secret`` a new one is made.

    Raises:
        ValueError: ``secret`` is no Base32 text of at least 112 bits.
    """
    text = pyotp.random_base32() if secret is None else secret
    totp = pyotp.TOTP(text, name=user.username, issuer=settings.INSTANCE_HOST)
    with transaction.atomic():
        OtpSecret.objects.update_or_create(
            user=user, defaults={"secret": Encrypted.of(totp.secret), "last_used_step": None}
        )
        user.otp_required_for_login = True
        user.save(update_fields=["otp_required_for_login"])
    _end_sessions(user)
    return totp.provisioning_uri()


@transaction.atomic
def withdraw(user: User) -> None:
    """Turn one-time passwords off; without another factor the recovery codes are forgotten too."""
    OtpSecret.objects.filter(user=user).delete()
    if not user.second_factor_devices.exists():
        RecoveryCode.objects.filter(user=user).delete()
    user.otp_required_for_login = False
    user.save(update_fields=["otp_required_for_login"])


def _session(key_id: int) -> str:
    return f"otp_session:{key_id}"


def _end_sessions(user: User) -> None:
    for key in user.keys.all():
        store().forget(_session(key.pk))


def _may_try(actor: Actor, user: User) -> None:
    if actor.deploy_key:
        raise DeployKeyRefused("Deploy keys cannot be used for Two Factor")
    second_factors.require(user)


@transaction.atomic
def _use_up(code: str | None, *, user: User, delivery: Delivery, now: datetime) -> bool:
    """Whether the code is right and was not used; a wrong one is counted, which must be committed."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.state != UserState.ACTIVE or user.locked(at=now):
        raise CodesLocked
    if code is None:
        raise NoCode
    if delivery.earlier_answer() is not None:
        return True
    if not use(code, user=user, now=now):
        user.count_failure(at=now)
        return False
    if user.failed_attempts or user.locked_at:
        user.forget_failures()
    delivery.remember({})
    return True


def use(code: str, *, user: User, now: datetime) -> bool:
    """Whether it is a code of a step after the last one used; that step is then used up.

    Call it with the user's row locked.
    """
    row = OtpSecret.objects.filter(user=user).first()
    if row is None or not _CODE.fullmatch(code):
        return False
    try:
        totp = pyotp.TOTP(row.secret.reveal())
        step = totp.verify_and_get_timecode(code, for_time=now, valid_window=DRIFT)
    except pyotp.OTPVerificationError:
        return False
    if row.last_used_step is not None and step <= row.last_used_step:
        return False
    row.last_used_step = step
    row.save(update_fields=["last_used_step"])
    return True
