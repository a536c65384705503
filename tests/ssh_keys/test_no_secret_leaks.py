"""After a full run over a real instance, no secret stands in its logs, its admin pages or its database."""

import base64
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import jwt
import psycopg2
import pyotp
import pytest

from apps.core.observability import metric_files
from tests import instances
from tests.instances import Instance, running_instance

PASSWORD = "correct horse battery staple"
TIMES = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]+")
PAGE = re.compile(r'href="(/admin/[^"?]*)"')


@dataclass
class Secrets:
    """Everything that was shown once, typed by a person, or shared between programs."""

    texts: set[str] = field(default_factory=set)

    def found_in(self, text: str) -> set[str]:
        """Return the secrets that ``text`` holds; the digits of a moment are no code."""
        text = TIMES.sub("", text)
        words = set(re.findall(r"[0-9A-Za-z]+", text))
        return {secret for secret in self.texts if (secret in words if secret.isalnum() else secret in text)}


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    with running_instance(LOG_LEVEL="DEBUG", GIT_AUDIT_EVENTS_ENABLED="true") as instance:
        yield instance


@pytest.fixture(scope="module")
def secrets(instance: Instance) -> Secrets:
    """Use everything that handles a secret, rightly and wrongly, and collect what was secret."""
    found = Secrets({PASSWORD})
    for name in (
        ".gitlab_shell_secret",
        ".gitlab_kas_secret",
        ".gitlab_workhorse_secret",
        "secret_key",
        "admin_token",
        "agent_token",
    ):
        found.texts.add((instance.data / name).read_text().strip())
    found.texts.update((instance.data / "encryption_keys").read_text().split())
    found.texts.add(shared_secret(instance))
    environment = {**instance.environment, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    admin = ("--noinput", "--username", "auditor", "--email", "auditor@example.com")
    instances.manage(environment, "createsuperuser", *admin)
    uri = instance.manage("user", "enrol-otp", "rubi").split()[-1]
    otp = pyotp.parse_uri(uri)
    assert isinstance(otp, pyotp.TOTP)
    found.texts.add(otp.secret)
    found.texts |= ask_for_tokens(instance) | ask_for_codes(instance) | type_codes(instance, otp)
    show_credentials_in_wrong_places(instance)
    return found


def show_credentials_in_wrong_places(instance: Instance) -> None:
    """Send what is secret where a careless client could put it: query, path, header of another, body."""
    shell, encoded = (instance.data / ".gitlab_shell_secret").read_text().strip(), shared_secret(instance)
    tokens = [(instance.data / name).read_text().strip() for name in ("admin_token", "agent_token")]
    token = jwt.encode({"iss": "gitlab-shell", "sub": shell}, shell, algorithm="HS256")
    for secret in (shell, quote(encoded, safe=""), *tokens, token):
        for path in (
            f"/{secret}",
            f"/api/v4/namespaces/{secret}/minutes",
            f"/api/v4/internal/check?key={secret}",
        ):
            instance.request("GET", path)
            instance.request(
                "GET", path, headers={"Authorization": f"Bearer {secret}", "PRIVATE-TOKEN": secret}
            )
    instance.request("GET", f"/api/v4/internal/check?secret_token={quote(encoded)}&private_token={tokens[0]}")
    instance.request("GET", "/api/v4/internal/check", headers={"Gitlab-Shell-Api-Request": token})
    instance.request("POST", "/api/v4/internal/pre_receive", f"secret_token={shell}&gl_repository=%00")


def shared_secret(instance: Instance) -> str:
    return base64.b64encode((instance.data / ".gitlab_shell_secret").read_bytes()).decode()


def post(instance: Instance, path: str, request_id: str = "", **body: Any) -> Any:
    headers = {
        "Gitlab-Shared-Secret": shared_secret(instance),
        "Content-Type": "application/json",
        "X-Request-Id": request_id,
    }
    answer = instance.request("POST", f"/api/v4/internal/{path}", json.dumps(body), headers)
    return answer.json()


def ask_for_tokens(instance: Instance) -> set[str]:
    wish: dict[str, Any] = {"user_id": 29, "name": "mine", "scopes": ["api"]}
    first = post(instance, "personal_access_token", "abc", **wish)
    again = post(instance, "personal_access_token", "abc", **wish)
    other = post(instance, "personal_access_token", **wish)
    post(instance, "personal_access_token", **{**wish, "scopes": ["sudo"]})
    assert first["token"] == again["token"] != other["token"]
    return {first["token"], other["token"]}


def ask_for_codes(instance: Instance) -> set[str]:
    sets = [post(instance, "two_factor_recovery_codes", key_id="7")["recovery_codes"] for _ in range(2)]
    return {*sets[0], *sets[1]}


def type_codes(instance: Instance, otp: pyotp.TOTP) -> set[str]:
    code = otp.now()
    right = post(instance, "two_factor_otp_check", "abc", key_id="7", otp_attempt=code)
    assert right == {"success": True}
    post(instance, "two_factor_manual_otp_check", "abd", key_id="7", otp_attempt=code)
    post(instance, "two_factor_otp_check", key_id="7", otp_attempt={"code": code})
    keys = instance.data / "encryption_keys"
    hidden = keys.rename(keys.with_name("hidden"))
    next_code = otp.at(0, counter_offset=10**6)
    failed = post(instance, "two_factor_otp_check", key_id="7", otp_attempt=next_code)
    hidden.rename(keys)
    assert failed == {"message": "500 Internal Server Error"}
    return {code, next_code}


def test_the_log_has_none(instance: Instance, secrets: Secrets) -> None:
    log = instance.log.read_text()

    assert "personal_access_token" in log
    assert "NoEncryptionKey" in log
    assert '"path": "/[redacted]"' in log
    assert secrets.found_in(log) == set()


def test_the_metrics_have_none(instance: Instance, secrets: Secrets) -> None:
    kept = "".join(
        file.read_text(errors="replace") for file in metric_files.place(instance.data).glob("*.db")
    )

    assert "/api/v4/internal/check" in kept
    assert secrets.found_in(kept) == set()


def test_a_dump_has_none(instance: Instance, secrets: Secrets) -> None:
    dump = instance.manage("dumpdata")

    assert "ssh_keys.otpsecret" in dump
    assert "ssh_keys.recoverycode" in dump
    assert secrets.found_in(dump) == set()


def test_the_database_has_none(instance: Instance, secrets: Secrets) -> None:
    tables = "\n".join(rows_of(instance))

    assert "delivery:" in tables
    assert secrets.found_in(tables) == set()


def rows_of(instance: Instance) -> Iterator[str]:
    if url := instance.environment.get("DATABASE_URL"):
        folder, name = url.split("@/", 1)[1].rsplit("/", 1)
        listing = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        connection: Any = psycopg2.connect(host=f"/{folder.lstrip('/')}", user="postgres", dbname=name)
    else:
        listing = "SELECT name FROM sqlite_master WHERE type = 'table'"
        connection = sqlite3.connect(instance.data / "db.sqlite3")
    with closing(connection), closing(connection.cursor()) as cursor:
        cursor.execute(listing)
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- a name of the database's own
            yield from (repr(row) for row in cursor.fetchall())


def test_the_admin_has_none(instance: Instance, secrets: Secrets) -> None:
    pages = Admin(instance).pages()

    assert {"/admin/ssh_keys/otpsecret/", "/admin/directory/personalaccesstoken/"} <= pages.keys()
    assert {path: secrets.found_in(text) for path, text in pages.items()} == {path: set() for path in pages}
    digest = re.compile(r"\b[0-9a-f]{64}\b")
    assert not any(digest.search(text) for text in pages.values())


class Admin:
    """An administrator who opens every page."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))
        self.open("/admin/login/")
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        form = {"username": "auditor", "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/admin/"}
        self.open("/admin/login/", urlencode(form).encode())

    def open(self, path: str, body: bytes | None = None) -> str:
        url = self.instance.url + path
        with self.opener.open(Request(url, body, {"Referer": url})) as answer:  # noqa: S310 -- loopback
            return unescape(answer.read().decode())

    def pages(self) -> dict[str, str]:
        """Return every page that can be reached by links, at most a few rows of each table."""
        seen: dict[str, str] = {}
        waiting = ["/admin/"]
        while waiting:
            path = waiting.pop()
            if path in seen or "logout" in path or path.count("/") > 6:
                continue
            seen[path] = self.open(path)
            waiting += PAGE.findall(seen[path])
        return seen
