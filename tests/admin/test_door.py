"""The door of the operators' site: who is let in, who has to wait, and what is written down about it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pyotp
import pytest
from auditlog.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.core.admin_site import sessions
from apps.directory.models import User
from apps.ssh_keys import one_time_passwords
from tests.factories.directory import UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def root() -> User:
    user = UserFactory.create(username="root", email="root@example.com", admin=True)
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client: Client, password: str = PASSWORD, *, username: str = "root", **more: Any) -> Any:
    headers = {key: more.pop(key) for key in tuple(more) if key.isupper()}
    return client.post(LOGIN, {"username": username, "password": password, **more}, **headers)


def entries() -> list[tuple[str, str, str | None]]:
    """What the audit log says about logins: row, outcome, address."""
    rows = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).order_by("pk")
    return [(row.object_repr, row.changes_dict["login"][1], row.remote_addr) for row in rows]


def test_a_login_leads_to_the_dashboard_and_is_written_down(client: Client, root: User) -> None:
    answer = log_in(client)

    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, "/admin/")
    assert entries() == [("@root", "let in", "127.0.0.1")]
    assert LogEntry.objects.get().actor == root


def test_wrong_passwords_lock_the_account_for_git_as_well_and_every_one_is_written_down(
    client: Client, root: User, settings: Settings
) -> None:
    settings.MAX_LOGIN_ATTEMPTS = 3

    for _ in range(3):
        log_in(client, "wrong")
    answer = log_in(client)

    root.refresh_from_db()
    assert root.failed_attempts == 3
    assert root.locked(at=timezone.now())
    assert (answer.status_code, "may not enter" in answer.content.decode()) == (HTTPStatus.OK, True)
    assert [outcome for _, outcome, _ in entries()] == ["wrong password"] * 3 + ["account is locked"]


def test_what_is_typed_as_the_name_of_nobody_is_not_kept(client: Client, root: User) -> None:
    log_in(client, username="my secret password")

    assert entries() == [("nobody known", "unknown user", "127.0.0.1")]
    assert b"my secret password" not in repr(list(LogEntry.objects.values())).encode()


def test_a_user_without_permission_is_not_let_in(client: Client) -> None:
    user = UserFactory.create(username="sidney")
    user.set_password(PASSWORD)
    user.save()

    answer = log_in(client, username="sidney")

    assert answer.status_code == HTTPStatus.OK
    assert entries() == [("@sidney", "not an operator", "127.0.0.1")]


def test_who_has_two_factors_needs_both(client: Client, root: User) -> None:
    one_time_passwords.enrol(root, SECRET)
    code = pyotp.TOTP(SECRET).now()

    without = log_in(client)
    wrong = log_in(client, code="000000" if code != "000000" else "000001")
    right = log_in(client, code=code)

    assert [answer.status_code for answer in (without, wrong, right)] == [200, 200, 302]
    assert "a code beside it" in without.content.decode()
    assert [outcome for _, outcome, _ in entries()] == [
        "second factor is missing", "wrong second factor", "let in",
    ]  # fmt: skip


def test_an_address_that_fails_too_often_has_to_wait_whomever_it_names(
    client: Client, root: User, settings: Settings
) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    for number in range(3):
        log_in(client, username=f"user{number}")

    from_there = log_in(client)
    from_elsewhere = log_in(Client(), REMOTE_ADDR="192.0.2.7")

    assert (from_there.status_code, from_there["Retry-After"]) == (429, "600")
    assert "Wait 10 minutes" in from_there.content.decode()
    assert from_elsewhere.status_code == HTTPStatus.FOUND


def test_the_address_is_that_of_the_client_behind_trusted_proxies_only(
    client: Client, root: User, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/8"]
    chain = "6.6.6.6, 203.0.113.9, 10.1.2.3"

    log_in(client, "wrong", HTTP_X_FORWARDED_FOR=chain)
    log_in(client, "wrong", HTTP_X_FORWARDED_FOR=chain, REMOTE_ADDR="198.51.100.1")
    log_in(client, "wrong", HTTP_X_FORWARDED_FOR="", REMOTE_ADDR="")
    log_in(client, "wrong", HTTP_X_FORWARDED_FOR="nonsense, 10.1.2.3")

    addresses = [address for _, _, address in entries()]
    assert addresses == ["203.0.113.9", "198.51.100.1", None, "10.1.2.3"]


def test_a_session_ends_after_a_working_day_without_a_click(client: Client, root: User) -> None:
    log_in(client)

    left = Session.objects.get().expire_date - timezone.now()

    assert timedelta(hours=7, minutes=59) < left <= timedelta(hours=8)


def test_a_click_lets_the_session_last_another_day_and_is_stored_now_and_then_only(
    client: Client, root: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(client)
    client.get("/admin/")
    Session.objects.update(expire_date=timezone.now() + timedelta(hours=1))

    client.get("/admin/")
    soon = Session.objects.get().expire_date
    monkeypatch.setattr(sessions, "INTERVAL", -1)
    client.get("/admin/")
    late = Session.objects.get().expire_date

    assert soon < timezone.now() + timedelta(hours=2) < late


def test_nobody_gets_a_session_by_a_cookie_of_nobody(client: Client, db: None) -> None:
    client.cookies["sessionid"] = "x" * 32

    client.get(LOGIN)

    assert not Session.objects.exists()


def test_a_page_runs_no_script_but_the_files_of_the_instance(client: Client, root: User) -> None:
    log_in(client)

    for path in (LOGIN, "/admin/", "/api/docs", "/admin/directory/user/add/"):
        answer = client.get(path, HTTP_ACCEPT="text/html")
        directives = answer["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(directives)
        assert b"<style" not in answer.content
        assert b"onclick=" not in answer.content


BROWSER = {"HTTP_ACCEPT": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/nowhere", 404), ("/admin/nowhere", 302)])
def test_a_browser_gets_pages(client: Client, db: None, path: str, status: int) -> None:
    answer = client.get(path, **BROWSER)  # type: ignore[arg-type]

    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert "script-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/admin", "/nowhere", "/api/v4/internal/nowhere"])
def test_programs_get_json_as_ever(client: Client, db: None, path: str) -> None:
    answers = [client.get(path), client.get("/api/v4/internal/nowhere", **BROWSER)]  # type: ignore[arg-type]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (404, {"error": "404 Not Found"})
    ] * 2


def test_admin_without_a_slash_leads_a_browser_to_the_site(client: Client, db: None) -> None:
    answer = client.get("/admin", **BROWSER)  # type: ignore[arg-type]

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_the_first_page_leads_everywhere(client: Client, db: None) -> None:
    page = client.get("/", **BROWSER).content.decode()  # type: ignore[arg-type]

    for link in ("/admin/", "/api/docs", "/api/schema", "/-/readiness"):
        assert f'href="{link}"' in page
