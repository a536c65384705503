"""Whoever shows a personal access token acts for its user."""

import io
import re
from datetime import date
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches

from apps.core.api.errors import Failure, RequestForbidden
from apps.core.api.params import query
from apps.core.api.parsers import BracketFormParser, BracketMultiPartParser
from apps.core.observability import request_facts
from apps.directory import access_tokens
from apps.directory.models import PersonalAccessToken, User, UserState

READING = frozenset({"GET", "HEAD"})
HIGHER_PRIVILEGES = "The request requires higher privileges than provided by the access token."
EXPIRED = "Token is expired. You can either do re-authorization or token refresh."
REVOKED = "Token was revoked. You have to re-authorize from the user."
_FORM_PARSERS = (BracketFormParser(), BracketMultiPartParser())
_BEARER = re.compile(r"bearer +", re.IGNORECASE)


class AdminTokenAuthentication(BaseAuthentication):
    """A personal access token, as parameter or in one of three headers; the first one given decides."""

    def authenticate(self, request: Request) -> tuple[User, PersonalAccessToken]:
        """Return the token and its user.

        Raises:
            AuthenticationFailed: no token, or an unknown one.
            Failure: the token has ended or its scopes do not suffice, or its user may not act.
        """
        try:
            token = access_tokens.find(_offered(request))
        except access_tokens.UnknownToken:
            raise AuthenticationFailed from None
        now = timezone.now()
        require_current(token, on=now.date())
        if not _scopes_suffice(token, request.method or ""):
            raise insufficient_scope("api read_api")
        if token.user.state != UserState.ACTIVE:
            raise RequestForbidden("Your account has been blocked.")
        request_facts.note(token_id=token.pk)
        access_tokens.record_use(token_id=token.pk, last_used_at=token.last_used_at, now=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Keep the 401: without a challenge it would become a 403."""
        return "Private-Token"


def require_current(token: PersonalAccessToken, *, on: date) -> None:
    """Check that a token has not ended.

    Raises:
        Failure: 401, it has expired, or it was revoked.
    """
    if token.expires_at is not None and token.expires_at <= on:
        raise _invalid_token(EXPIRED)
    if token.revoked:
        raise _invalid_token(REVOKED)


def insufficient_scope(needed: str) -> Failure:
    """403 for a token that has none of the scopes that are needed, which are separated by blanks."""
    body = {"error": "insufficient_scope", "error_description": HIGHER_PRIVILEGES, "scope": needed}
    return Failure(403, body)


def _offered(request: Request) -> str:
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    scheme = _BEARER.match(authorization)
    offers = (
        _text(query(request).get("private_token")),
        _form_token(request),
        request.META.get("HTTP_PRIVATE_TOKEN"),
        request.META.get("HTTP_TOKEN"),
        authorization[scheme.end() :] if scheme else "",
    )
    return next(filter(None, offers), "")


def _form_token(request: Request) -> str:
    """Return ``private_token`` of a form; whether the form can be read is judged later.

    The body is read into memory first, so that the view's own look at its parameters finds it whole.
    """
    media_type = request.content_type
    for parser in _FORM_PARSERS:
        if media_type_matches(parser.media_type, media_type):
            try:
                form = parser.parse(io.BytesIO(request.body), media_type, request.parser_context)
            except (APIException, SuspiciousOperation):
                return ""
            return _text(form.get("private_token"))
    return ""


def _text(value: Any) -> str:
    """Return ``value``, or a text that no token has for what is no text."""
    return value if isinstance(value, str) else str(value or "")


def _scopes_suffice(token: PersonalAccessToken, method: str) -> bool:
    return "api" in token.scopes or (method in READING and "read_api" in token.scopes)


def _invalid_token(description: str) -> Failure:
    challenge = (
        f'Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="{description}"'
    )
    body = {"error": "invalid_token", "error_description": description}
    return Failure(401, body, headers={"WWW-Authenticate": challenge})
