"""Sign as kas does, for requests by hand."""

import jwt
from django.conf import settings

from apps.core.api.kas_authentication import AUDIENCE, ISSUER
from apps.core.secret_files import signing_key

LIFETIME = 60  # seconds; kas's own tokens live five


def fresh(*, at: float) -> str:
    """Return a token that is good from ``at``, in Unix seconds.

    Raises:
        OSError: there is no secret file.
        MalformedSecret: it holds no key.
    """
    key = signing_key(settings.KAS_SECRET_FILE.read_bytes())
    claims = {"aud": [AUDIENCE], "exp": at + LIFETIME, "iat": at, "iss": ISSUER, "nbf": at}
    return jwt.encode(claims, key, algorithm="HS256")
