"""CustomersDot as a signer: where its public keys are, and whether a token is its own.

The portal describes itself by OpenID Connect discovery. What it says is cached; that it could not be asked
is not.
"""

import json
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import jwt
from django.conf import settings
from django.core.cache import cache

DISCOVERY = "/.well-known/openid-configuration"
CONFIGURATION_LIFETIME = 24 * 60 * 60  # seconds
KEYS_LIFETIME = 15 * 60
TIMEOUT = 5
MAX_ANSWER = 1024 * 1024  # bytes
SUBJECT = "customers-dot-internal-api"
AUDIENCE = "gitlab-subscriptions"
REQUIRED_CLAIMS = ("iss", "sub", "aud", "exp")
# What reading a document of another shape than the standard's ends in.
_NOT_A_DOCUMENT = (ValueError, LookupError, TypeError, AttributeError)


class NotFromPortal(Exception):
    """The token is not the portal's, or nobody can say so."""


def verify(token: str) -> None:
    """Check a token of CustomersDot.

    Raises:
        NotFromPortal: it does not hold, or there is no portal to ask.
    """
    if not settings.CUSTOMERS_DOT_URL:
        raise NotFromPortal("no portal is configured")
    try:
        configuration = _cached(f"{settings.CUSTOMERS_DOT_URL}{DISCOVERY}", CONFIGURATION_LIFETIME)
        keys = jwt.PyJWKSet.from_dict(_cached(configuration["jwks_uri"], KEYS_LIFETIME))
        key = keys[jwt.get_unverified_header(token).get("kid", "")]
        jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            issuer=configuration["issuer"],
            subject=SUBJECT,
            audience=AUDIENCE,
            options={"require": list(REQUIRED_CLAIMS), "verify_iat": False},
        )
    except (jwt.PyJWTError, OSError, HTTPException, *_NOT_A_DOCUMENT) as error:
        raise NotFromPortal(str(error)) from error


def _cached(url: str, lifetime: int) -> Any:
    key = f"customers-dot:{url}"
    document = cache.get(key)
    if document is None:
        document = _fetched(url)
        cache.set(key, document, lifetime)
    return document


def _fetched(url: str) -> Any:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError(f"not a web address: {url}")
    request = Request(url, headers={"Accept": "application/json"})  # noqa: S310 -- the scheme was checked
    with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
        return json.loads(answer.read(MAX_ANSWER))
