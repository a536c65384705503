"""CustomersDot as a test client: a personal access token, paths below ``/api/v4``."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from rest_framework.test import APIClient

from apps.directory import access_tokens
from apps.directory.models import User
from tests import described

if TYPE_CHECKING:  # the class exists only in the stubs: a response with ``json()``
    from rest_framework.response import _MonkeyPatchedResponse as Response

FORM = "application/x-www-form-urlencoded"


def token_for(user: User, *scopes: str) -> str:
    """Return the text of a new token."""
    _, raw = access_tokens.issue(user=user, name="test", scopes=scopes or ("api",))
    return raw


@dataclass
class CustomersDot:
    """``dot.post("namespaces/1/minutes", json={…})``; or ``form``, or ``raw``; else there is no body."""

    headers: dict[str, str] = field(default_factory=dict)
    client: APIClient = field(default_factory=APIClient)

    def get(self, path: str, **options: Any) -> "Response":
        """GET."""
        return self.send("GET", path, **options)

    def post(self, path: str, **options: Any) -> "Response":
        """POST."""
        return self.send("POST", path, **options)

    def put(self, path: str, **options: Any) -> "Response":
        """PUT."""
        return self.send("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> "Response":
        """PATCH."""
        return self.send("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> "Response":
        """DELETE."""
        return self.send("DELETE", path, **options)

    def send(self, method: str, path: str, **options: Any) -> "Response":
        """Send anything, and check what holds for every answer."""
        body = _body(options)
        headers = {**self.headers, **options.pop("headers", {})}
        url = f"/api/v4/{path}"
        response: Response = self.client.generic(method, url, headers=headers, **body)
        assert not 300 <= response.status_code < 400
        described.check(response)
        if response.status_code != 204:
            assert response.headers["Content-Type"] == "application/json"
        return response


def _body(options: dict[str, Any]) -> dict[str, Any]:
    if "json" in options:
        return {"data": json.dumps(options.pop("json")), "content_type": "application/json"}
    if "form" in options:
        form = options.pop("form")
        text = form if isinstance(form, str) else urlencode(form, doseq=True)
        return {"data": text, "content_type": FORM}
    if "raw" in options:
        data, content_type = options.pop("raw")
        return {"data": data, "content_type": content_type}
    return {"data": "", "content_type": ""}
