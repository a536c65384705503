"""What GitLab Shell, kas and Workhorse sign: HS256, an issuer, and times that count where they are given.

Only the claims that are named here count. The library would refuse a token for other registered claims of a
type that it does not expect, and knows no times as kas writes them.
"""

import hmac
import math
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import structlog
from jwt.types import Options

from apps.core import secret_files
from apps.core.secret_files import MalformedSecret, SecretPair

log = structlog.get_logger(__name__)

_SIGNATURE_ONLY: Options = {
    "verify_signature": True,
    # Several generations sign with secrets of any length; the length is a system check, not a reason for 401.
    "enforce_minimum_key_length": False,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
_decoder = jwt.PyJWT(options=_SIGNATURE_ONLY)


def keys_of(pair: SecretPair, *, component: str) -> list[tuple[bytes, bytes]]:
    """Return the contents of the secret files that count, each with the key that it stands for.

    Args:
        pair: the component's secret, and the one before it while a rotation is open.
        component: its name, for the log line about a file that holds no key.
    """
    keys = []
    for content in pair.contents():
        try:
            keys.append((content, secret_files.signing_key(content)))
        except MalformedSecret as error:
            log.error(f"a secret file of {component} holds no key", reason=str(error))
    return keys


def claims_of(token: str, key: bytes) -> Mapping[str, Any] | None:
    """Return the claims of a token that the key signs, compared in constant time, or ``None``."""
    try:
        claims: Mapping[str, Any] = _decoder.decode(token, key, algorithms=["HS256"])
    except (jwt.PyJWTError, ValueError, RecursionError):  # the last: nesting in an unsigned header
        return None
    return claims


class Remembered:
    """The claims of tokens that come with one request after the other: each is taken apart once."""

    def __init__(
        self, read: Callable[[str, bytes], Mapping[str, Any] | None], *, most: int, longest: int
    ) -> None:
        """Keep what ``read`` returns; of at most ``most`` tokens, and of none longer than ``longest``."""
        self._read = read
        self._most, self._longest = most, longest
        self._known: dict[bytes, Mapping[str, Any]] = {}

    def claims_of(self, token: str, key: bytes) -> Mapping[str, Any] | None:
        """Return what ``read`` returns; a token is known by a digest that only this key makes of it."""
        if len(token) > self._longest:
            return self._read(token, key)
        digest = hmac.digest(key, token.encode(errors="replace"), "sha256")
        claims = self._known.get(digest)
        if claims is None and (claims := self._read(token, key)) is not None:
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[digest] = claims
        return claims


def hold(claims: Mapping[str, Any], *, issuer: str, leeway: int, now: float) -> bool:
    """Whether the claims say: from ``issuer``, and now.

    Args:
        claims: of a token whose signature holds; only ``iss`` must be among them.
        issuer: what ``iss`` must be.
        leeway: seconds for which ``exp`` and ``nbf`` still, or already, hold.
        now: seconds since 1970.
    """
    return (
        claims.get("iss") == issuer
        and now < _moment(claims.get("exp"), absent=math.inf) + leeway
        and now >= _moment(claims.get("nbf"), absent=0) - leeway
    )


def _moment(claim: Any, *, absent: float) -> float:
    """Return a time claim in seconds; what is no number compares as false with everything."""
    if claim is None:
        return absent
    if isinstance(claim, int | float) and not isinstance(claim, bool) and _is_finite(claim):
        return claim
    return math.nan


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer beyond every float
        return False
