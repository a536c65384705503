"""Workhorse as a test client: it signs, and passes a person's credentials on."""

import base64
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from apps.core.secret_files import signing_key
from apps.directory.models import PersonalAccessToken, User
from tests.factories.directory import PersonalAccessTokenFactory

ACCESS_DENIED = (
    "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was "
    "incorrect or you're required to use a token instead of a password. If a token was provided, it was "
    "either incorrect, expired, or improperly scoped. See http://localhost:3001/help/topics/git/troubleshooting_git.md"
    "#error-on-git-fetch-http-basic-access-denied"
)


def signature(claims: dict[str, Any] | None = None, *, key: bytes | None = None) -> str:
    """What every request of Workhorse carries: claims without any time."""
    key = key or signing_key(settings.WORKHORSE_SECRET_FILE.read_bytes())
    return jwt.encode(claims or {"iss": "gitlab-workhorse"}, key, algorithm="HS256")


def basic(login: str, password: str) -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


def token_of(user: User, *scopes: str, **fields: Any) -> PersonalAccessToken:
    """A token of the user whose text is its name."""
    text = f"glpat-{sha256(f'{user.username}{scopes}{fields}'.encode()).hexdigest()[:20]}"
    digest = sha256(text.encode()).hexdigest()
    return PersonalAccessTokenFactory.create(
        user=user, name=text, scopes=list(scopes), token_digest=digest, **fields
    )


@dataclass
class Workhorse:
    """Asks beforehand, for nobody or for whoever's login and password these are."""

    login: str | None = None
    password: str = ""
    signed: bool = True

    def get(self, path: str, **headers: str) -> HttpResponse:
        """GET, signed."""
        return self.request("GET", path, **headers)

    def post(self, path: str, **headers: str) -> HttpResponse:
        """POST without a body, signed: that is how Workhorse asks."""
        return self.request("POST", path, **headers)

    def refs(self, repository: str, service: str = "git-upload-pack") -> HttpResponse:
        """The first request of a fetch or push."""
        return self.get(f"/{repository}.git/info/refs?service={service}")

    def request(self, method: str, path: str, **headers: str) -> HttpResponse:
        """Send anything; headers are written with underscores."""
        sent = {"Gitlab-Workhorse": "v8.53.0", "Host": "localhost"}
        if self.signed and "Gitlab_Workhorse_Api_Request" not in headers:
            sent["Gitlab-Workhorse-Api-Request"] = signature()
        if self.login is not None:
            sent["Authorization"] = basic(self.login, self.password)
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        response = Client().generic(method, path, headers=sent)
        assert isinstance(response, HttpResponse)
        return checked(response)


def checked(response: HttpResponse) -> HttpResponse:
    """Fail on what Workhorse would hand to the wrong one, or a cache would keep."""
    assert response["Cache-Control"] == "no-store"
    assert (response.get("X-GitLab-Custom-Error") == "1") == (response.status_code >= 400)
    assert ("WWW-Authenticate" in response) == (response.status_code == 401)
    if response["Content-Type"] == "application/vnd.gitlab-workhorse+json":
        assert response.status_code == 200
    return response


def told(response: HttpResponse) -> tuple[int, str]:
    """The status and the words that git shows."""
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    return response.status_code, response.content.decode()
