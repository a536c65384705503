"""What a person may type after ``ssh git@host`` about the own account."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.errors import BadRequest
from apps.core.api.params import parameters, read_object
from apps.core.api.views import InternalViewSet
from apps.ssh_keys import access_tokens, one_time_passwords, recovery_codes
from apps.ssh_keys.access_tokens import TokenRequest
from apps.ssh_keys.deliveries import Delivery
from apps.ssh_keys.owners import Refused
from apps.ssh_keys.params import (
    ACTOR,
    ActorParameters,
    CodeOfActorParameters,
    TokenParameters,
    claim_in,
)


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
        claim = claim_in(read_object(ActorParameters, request))
        codes = recovery_codes.regenerate(claim=claim, now=timezone.now())
        return Response({"success": True, "recovery_codes": codes})

    def personal_access_token(self, request: Request) -> Response:
        """Create a token and show it."""
        given = read_object(TokenParameters, request)
        wanted = TokenRequest(
            name=given.get("name", ""), scopes=given.get("scopes", []), expires_at=given.get("expires_at", "")
        )
        try:
            token = access_tokens.create(
                claim=claim_in(given),
                wanted=wanted,
                delivery=delivery_of(request, **asdict(wanted)),
                now=timezone.now(),
            )
        except access_tokens.UnreadableScopes:
            raise BadRequest('"scopes" is invalid') from None
        return Response({"success": True, **token})

    def two_factor_config(self, request: Request) -> Response:
        """Say whether the owner has two-factor authentication on."""
        claim = claim_in(read_object(ActorParameters, request))
        required = one_time_passwords.required(claim=claim, now=timezone.now())
        return Response({"success": True, "two_factor_required": required})

    def two_factor_manual_otp_check(self, request: Request) -> Response:
        """Check a code that was typed; ``two_factor_otp_check`` is its name up to GitLab Shell 14.9."""
        given = read_object(CodeOfActorParameters, request)
        code = given.get("otp_attempt")
        try:
            one_time_passwords.open_session(
                claim=claim_in(given),
                code=code,
                delivery=delivery_of(request, otp_attempt=code),
                now=timezone.now(),
            )
        except one_time_passwords.NoCode:
            raise BadRequest('"otp_attempt" not given') from None
        return Response({"success": True})

    def two_factor_push_otp_check(self, request: Request) -> Response:
        """Refuse at once; newer clients ask this beside every typed code."""
        raise one_time_passwords.NoPush


def delivery_of(request: Request, **given: Any) -> Delivery:
    """Return the mark by which the same request is known when it is delivered again."""
    values = parameters(request)
    who = {name: values.get(name) for name in ACTOR}
    request_id = request.META.get("HTTP_X_REQUEST_ID", "")
    return Delivery(request_id, request.path_info, {**who, **given})
