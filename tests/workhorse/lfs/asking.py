"""git-lfs, and Workhorse around its uploads, as test clients."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from tests.workhorse.asking import basic, signature

JSON = "application/vnd.git-lfs+json"
ERROR_PAGE = {"documentation_url": "http://localhost:3001/help"}
EMPTY = sha256(b"").hexdigest()
PROJECT = "/gnuwget/wget2.git"


def oid_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def refusal(status: int, message: str) -> tuple[int, dict[str, str]]:
    """A refusal as git-lfs reads it."""
    return status, {"message": message, **ERROR_PAGE}


NOT_FOUND = refusal(404, "Not found.")
FORBIDDEN = refusal(403, "Access forbidden. Check your access level.")


@dataclass
class GitLfs:
    """Asks with whoever's login and password these are; ``authorization`` goes before both."""

    login: str | None = None
    password: str = ""
    repository: str = PROJECT
    authorization: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> HttpResponse:
        """Send anything below the repository; headers are written with underscores."""
        sent = {"Gitlab-Workhorse": "v8.53.0", "Host": "localhost", **self.headers}
        if self.authorization or self.login is not None:
            sent["Authorization"] = self.authorization or basic(self.login or "", self.password)
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = sent.pop("Content-Type", f"{JSON}; charset=utf-8")
        answer = Client().generic(
            method, f"{self.repository}{path}", body, content_type=content_type, headers=sent
        )
        assert (answer.headers.get("X-GitLab-Custom-Error") == "1") == (answer.status_code >= 400)
        assert ("WWW-Authenticate" in answer) == (answer.status_code == 401)
        assert isinstance(answer, HttpResponse)
        return answer

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Send JSON, and return status and body, which must be what git-lfs reads."""
        answer = self.send(method, path, b"" if body is None else json.dumps(body).encode(), **headers)
        assert answer["Content-Type"] == JSON, answer.content
        assert answer["Cache-Control"] == "no-store"
        return answer.status_code, json.loads(answer.content)

    def batch(self, operation: str, *objects: tuple[Any, Any], **more: Any) -> tuple[int, Any]:
        """The first request of a push or pull."""
        body = {
            "operation": operation,
            "objects": [{"oid": oid, "size": size} for oid, size in objects],
            "transfers": ["lfs-standalone-file", "basic", "ssh"],
            "ref": {"name": "refs/heads/main"},
            "hash_algo": "sha256",
            **more,
        }
        return self.ask("POST", "/info/lfs/objects/batch", body)

    def authorize(self, oid: str, size: int, *, signed: bool = True) -> HttpResponse:
        """What Workhorse asks before it reads an upload."""
        headers = {"Gitlab-Workhorse-Api-Request": signature()} if signed else {}
        return self.send("PUT", f"/gitlab-lfs/objects/{oid}/{size}/authorize", b"", **headers)

    def finish(self, oid: str, size: int, said: dict[str, Any] | None, **headers: str) -> HttpResponse:
        """What Workhorse asks when it has the file: it signs what it says of it."""
        form = {"file.path": "/etc/passwd", "file.size": "1"}  # plain fields are anybody's
        if said is not None:
            claims = {"iss": "gitlab-workhorse", "upload": said}
            form["file.gitlab-workhorse-upload"] = signature(claims)
        fields = {"iss": "gitlab-workhorse", "rewritten_fields": {"file": (said or {}).get("path", "")}}
        sent = {
            "Gitlab-Workhorse-Api-Request": signature(),
            "Gitlab-Workhorse-Multipart-Fields": signature(fields),
            "Content-Type": "application/x-www-form-urlencoded",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        path = f"/gitlab-lfs/objects/{oid}/{size}"
        return self.send("PUT", path, urlencode(form).encode(), **sent)

    def upload(self, content: bytes, *, folder: Path, oid: str = "", size: int | None = None) -> HttpResponse:
        """Both requests of an upload on disk, and what Workhorse does between them and behind them."""
        oid, size = oid or oid_of(content), len(content) if size is None else size
        asked = self.authorize(oid, size)
        if asked.status_code != 200:
            return asked
        path = folder / f"{oid}{uuid4().hex}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        try:
            return self.finish(oid, size, described(path, content))
        finally:
            path.unlink(missing_ok=True)


def described(path: Path | str, content: bytes, **changes: str) -> dict[str, str]:
    """What Workhorse says of a file on disk."""
    return {
        "name": oid_of(content),
        "path": str(path),
        "remote_url": "",
        "remote_id": "",
        "size": str(len(content)),
        "sha256": oid_of(content),
        "md5": "0" * 32,
        **changes,
    }
