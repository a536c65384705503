"""What a person may type after ``ssh git@host`` about the own account."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.errors import BadRequest
from apps.core.api.params import Parameters
from apps.core.api.views import InternalViewSet
from apps.ssh_keys import access_tokens, one_time_passwords, recovery_codes
from apps.ssh_keys.access_tokens import TokenRequest
from apps.ssh_keys.deliveries import Delivery
from apps.ssh_keys.owners import Refused
from apps.ssh_keys.params import claim


class KeyOwnerViewSet(InternalViewSet):
    """Doc: Get new 2FA recovery codes using an SSH key; Get new personal access-token.

    The one-time passwords are not in the doc, but every GitLab Shell asks for them. A refusal is polite here:
    200 with ``success`` false and a text for the person at the terminal.
    """

    authentication_classes = (SharedSecretAuthentication,)

    def handle_exception(self, exc: Exception) -> Response:
        """Word a refusal of the domain."""
        if isinstance(exc, Refused):
            return Response({"success": False, "message": str(exc)})
        return super().handle_exception(exc)

    def two_factor_recovery_codes(self, request: Request) -> Response:
        """Give out a new set of codes."""
        codes = recovery_codes.regenerate(claim=claim(Parameters(request)), now=timezone.now())
        return Response({"success": True, "recovery_codes": codes})

    def personal_access_token(self, request: Request) -> Response:
        """Create a token and show it."""
        given = Parameters(request)
        wanted = TokenRequest(
            name=given.text("name") or "",
            scopes=scopes_of(given),
            expires_at=given.text("expires_at") or "",
        )
        try:
            token = access_tokens.create(
                claim=claim(given),
                wanted=wanted,
                delivery=delivery_of(request, given, **asdict(wanted)),
                now=timezone.now(),
            )
        except access_tokens.UnreadableScopes:
            raise BadRequest('"scopes" is invalid') from None
        return Response({"success": True, **token})

    def two_factor_config(self, request: Request) -> Response:
        """Say whether the owner has two-factor authentication on."""
        required = one_time_passwords.required(claim=claim(Parameters(request)), now=timezone.now())
        return Response({"success": True, "two_factor_required": required})

    def two_factor_manual_otp_check(self, request: Request) -> Response:
        """Check a code that was typed; ``two_factor_otp_check`` is its name up to GitLab Shell 14.9."""
        given = Parameters(request)
        code = given.text("otp_attempt")
        try:
            one_time_passwords.open_session(
                claim=claim(given),
                code=code,
                delivery=delivery_of(request, given, otp_attempt=code),
                now=timezone.now(),
            )
        except one_time_passwords.NoCode:
            raise BadRequest('"otp_attempt" not given') from None
        return Response({"success": True})

    def two_factor_push_otp_check(self, request: Request) -> Response:
        """Refuse at once; newer clients ask this beside every typed code."""
        raise one_time_passwords.NoPush


def scopes_of(given: Parameters) -> list[str] | None:
    """Return the scopes; absent and empty ones are none, and what is no list of texts is ``None``."""
    value = given.value("scopes")
    if value is None or value == "":
        return []
    try:
        return given.texts("scopes") if isinstance(value, list) else None
    except BadRequest:
        return None


def delivery_of(request: Request, given: Parameters, **parameters: Any) -> Delivery:
    """Return the mark by which the same request is known when it is delivered again."""
    who = {name: given.value(name) for name in ("key_id", "user_id", "username", "identifier")}
    request_id = request.META.get("HTTP_X_REQUEST_ID", "")
    return Delivery(request_id, request.path_info, {**who, **parameters})
