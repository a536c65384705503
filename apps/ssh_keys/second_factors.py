"""Two-factor authentication: whether a user has it on."""

from apps.directory.models import User
from apps.ssh_keys.owners import Refused


class NotEnabled(Refused):
    """The user has two-factor authentication off."""

    message = "Two-factor authentication is not enabled for this user"


def enabled(user: User) -> bool:
    """Whether a one-time password is required at login, or the user has a device."""
    return user.otp_required_for_login or user.second_factor_devices.exists()


def require(user: User) -> None:
    """Let pass who has it on.

    Raises:
        NotEnabled: it is off.
    """
    if not enabled(user):
        raise NotEnabled
