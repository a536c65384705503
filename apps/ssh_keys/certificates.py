"""Logins by certificate: whom the authority of a group lets in, and where it confines them."""

from dataclasses import dataclass
from datetime import date

from apps.directory.models import Member, Namespace, NamespaceKind, User
from apps.ssh_keys.models import SshCertificateAuthority


class UnknownAuthority(LookupError):
    """No top-level group trusts this authority."""


class UnknownHolder(LookupError):
    """The holder of the certificate is no active member of the group."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Who the holder of a certificate is, and the only namespace that it opens."""

    namespace: str
    username: str


def admit(*, fingerprint: str, holder: str, on: date) -> Admission:
    """Return who presents a certificate of this authority; the holder is a username or e-mail address.

    Raises:
        UnknownAuthority: the authority is not registered.
        UnknownHolder: there is no such user, or no member of the group.
    """
    group = _group(fingerprint.removeprefix("SHA256:").rstrip("="))
    user = _user(holder)
    members = Member.objects.active(on=on).filter(group_id__in=group.ancestor_ids)
    if user is None or not members.filter(user=user).exists():
        raise UnknownHolder
    return Admission(namespace=group.full_path, username=user.username)


def _group(fingerprint: str) -> Namespace:
    authority = (
        SshCertificateAuthority.objects.filter(
            fingerprint_sha256=fingerprint, group__parent=None, group__kind=NamespaceKind.GROUP
        )
        .select_related("group__route")
        .first()
    )
    if authority is None:
        raise UnknownAuthority
    return authority.group


def _user(holder: str) -> User | None:
    """Return the user of this name, else of this address, ignoring case."""
    return User.objects.named(holder).first() or User.objects.addressed(holder).first()
