"""Two proofs in one request: that Workhorse sent it, and who the person behind it is.

Of the person's only ``Authorization: Basic`` is read. No header is nobody, whom a view may let download; a
header that does not hold is refused, also where nobody at all would be let in.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.core import client_address
from apps.core.api.authentication import Component
from apps.core.api.workhorse_signatures import signed
from apps.workhorse import failures, identities
from apps.workhorse.answers import TextFailure
from apps.workhorse.identities import Identity, Look, NotIdentified, Offered

DEPLOY_KEY = Component("deploy key")
CHALLENGE = 'Basic realm="GitLab"'
NIL_TOKEN = "Nil JSON web token"  # noqa: S105 -- a text
BANNED = "Too many failed authentication attempts from this IP"
INVALID_TOKEN = "Invalid JSON web token"  # noqa: S105 -- a text
ACCESS_DENIED = (
    "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was "
    "incorrect or you're required to use a token instead of a password. If a token was provided, it was "
    "either incorrect, expired, or improperly scoped. See {}/help/topics/git/troubleshooting_git.md"
    "#error-on-git-fetch-http-basic-access-denied"
)


class WorkhorseAuthentication(BaseAuthentication):
    """The request was signed by Workhorse; who the person is, the next class says.

    Looked at first: a service that anybody can reach is no place to try passwords.
    """

    def authenticate(self, request: Request) -> None:
        """Let pass what is signed.

        Raises:
            TextFailure: 403, no signature or one that does not hold.
        """
        token = request.META.get("HTTP_GITLAB_WORKHORSE_API_REQUEST", "")
        if not token:
            raise TextFailure(403, NIL_TOKEN)
        if signed(token) is None:
            raise TextFailure(403, INVALID_TOKEN)

    def authenticate_header(self, request: Request) -> str:
        """The person's: the one challenge that git understands."""
        return CHALLENGE


@dataclass(frozen=True, slots=True)
class GitUser:
    """A user of the instance, as requests are told of."""

    pk: int
    is_authenticated: bool = True


class PersonAuthentication(BaseAuthentication):
    """Login and password of a person: a personal access token, or the password itself."""

    def authenticate(self, request: Request) -> tuple[GitUser | Component, Identity] | None:
        """Return who it is and what the credential is good for; ``None`` without a Basic header.

        Raises:
            TextFailure: 401, the header does not hold; 403, its address has failed too often.
        """
        offered = _offered(request.META.get("HTTP_AUTHORIZATION", ""))
        if offered is None:
            return None
        address = client_address.of(request)
        if failures.is_banned(address):
            raise TextFailure(403, BANNED)
        try:
            look = request.parser_context["view"].look
            identity = self.identify(offered, look=look, now=timezone.now())
        except NotIdentified:
            if offered.password:
                failures.count(address)
            raise access_denied() from None
        failures.forget(address)
        return DEPLOY_KEY if identity.is_deploy_key else GitUser(identity.user.id), identity

    def authenticate_header(self, request: Request) -> str:
        """Without it git does not ask for credentials."""
        return CHALLENGE

    def identify(self, offered: Offered, *, look: Look, now: datetime) -> Identity:
        """Return whose credentials these are; tokens first.

        Raises:
            NotIdentified: nobody's.
        """
        try:
            return identities.of_access_token(offered, look=look, now=now)
        except NotIdentified:
            return identities.of_password(offered, look=look, now=now)


def access_denied() -> TextFailure:
    """Return the one refusal of everybody who did not say, or prove, who it is."""
    return TextFailure(
        401, ACCESS_DENIED.format(settings.INSTANCE_URL), headers={"WWW-Authenticate": CHALLENGE}
    )


def _offered(header: str) -> Offered | None:
    """Read a Basic header; what is none, or none that can be read, is absent."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    login, colon, password = text.partition(":")
    return Offered(login, password) if colon else None
