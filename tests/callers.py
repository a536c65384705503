"""The known consumers as test clients: each signs its requests and checks what holds for every answer."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jwt
from django.conf import settings
from rest_framework.test import APIClient

from tests import described

if TYPE_CHECKING:  # the class exists only in the stubs: a response with ``json()``
    from rest_framework.response import _MonkeyPatchedResponse as Response

INTERNAL = "/api/v4/internal"
JWT_LIFETIME = 60  # seconds, as gitlab-shell and Gitaly set it


def shared_secret() -> dict[str, str]:
    """The header of gitlab-shell up to 14.12 and Gitaly up to 15.5: the file's bytes in Base64."""
    secret = settings.SHELL_SECRET_FILE.read_bytes()
    return {"Gitlab-Shared-Secret": base64.b64encode(secret).decode()}


def shell_token() -> dict[str, str]:
    """The header of gitlab-shell from 13.26 and Gitaly from 15.5: a token keyed with the trimmed secret."""
    now = int(time.time())
    claims = {"iss": "gitlab-shell", "iat": now, "exp": now + JWT_LIFETIME}
    secret = settings.SHELL_SECRET_FILE.read_bytes().strip()
    return {"Gitlab-Shell-Api-Request": jwt.encode(claims, secret, algorithm="HS256")}


def unsigned() -> dict[str, str]:
    """No credential."""
    return {}


@dataclass
class Caller:
    """One consumer. Paths are relative: ``shell.post("allowed", key_id="11")``.

    ``post`` sends JSON as the Go clients do, ``post_form`` a form as the doc's curl lines do.
    """

    sign: Callable[[], dict[str, str]]
    user_agent: str
    client: APIClient = field(default_factory=APIClient)

    def get(self, path: str, /, **query: Any) -> "Response":
        """GET with a query string."""
        # The Go client names a content type even where there is no body.
        return self.request("GET", path, query, content_type="application/json")

    def post(self, path: str, /, **body: Any) -> "Response":
        """POST JSON."""
        return self.request("POST", path, body, format="json")

    def post_form(self, path: str, /, **body: Any) -> "Response":
        """POST a form; lists become repeated fields."""
        encoded = urlencode(body, doseq=True)
        return self.request("POST", path, encoded, content_type="application/x-www-form-urlencoded")

    def request(self, method: str, path: str, data: Any = None, /, **options: Any) -> "Response":
        """Send anything; ``headers`` are added to the signature, and win over it."""
        headers = {"User-Agent": self.user_agent, **self.sign(), **options.pop("headers", {})}
        url = path if path.startswith("/") else f"{INTERNAL}/{path}"
        send = getattr(self.client, method.lower())
        response: Response = send(url, data, headers=headers, **options)
        return _checked(response)


def _checked(response: "Response") -> "Response":
    """Fail on what no consumer can digest, whatever was asked."""
    assert not 300 <= response.status_code < 400, f"redirected to {response.headers['Location']}"
    assert response.status_code != 201, "clients of the era take 200 only"
    assert response.headers["X-Request-Id"]
    described.check(response)
    if response.status_code == 204:
        assert "Content-Type" not in response.headers
        assert response.content == b""
        return response
    assert response.headers["Content-Type"] == "application/json"
    if response.status_code >= 400:
        body = response.json()
        if body == response.status_code:  # what the modules of agents get: the status as a number
            return response
        texts = [body.get("message"), body.get("error")]
        assert any(isinstance(text, str) and text for text in texts), f"no text for a person in {body}"
    return response
