"""What an instance of commit d4ee24f has in its database serves on after ``manage.py migrate``.

``before.json`` was written by that commit itself, with ``recorder.py``: the rows of its tables, and what it
answered.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pyotp
import pytest

from tests import environment as run
from tests import instances
from tests.git_access.test_webhooks import Receiver, serving
from tests.instances import Instance, manage
from tests.upgrade import recorder

HERE = Path(__file__).parent
BEFORE = HERE / "before.json"


@pytest.fixture(scope="module")
def before() -> dict[str, Any]:
    """What the old commit has written down."""
    content: dict[str, Any] = json.loads(BEFORE.read_text())
    return content


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with serving(Receiver()) as found:
        yield found


@pytest.fixture(scope="module")
def instance(before: dict[str, Any], receiver: Receiver) -> Iterator[Instance]:
    """An instance that was upgraded: the old tables and files, and what every start of it does to them."""
    data = Path(tempfile.mkdtemp(prefix="upgraded-", dir=run.folder()))
    try:
        for name, content in before["files"].items():
            (data / name).touch(mode=0o600)
            (data / name).write_text(content)
        (data / "before.json").write_text(_as_of_now(before).replace(recorder.HOOK, receiver.url))
        settings = {**instances.database(), "WEBHOOKS_ALLOW_PRIVATE_ADDRESSES": "yes"}
        own = instances.environment(data, **settings)
        _load(own)
        assert "eeded" not in manage(own, "serve", "--only-prepare")
        with instances.served(own) as instance:
            yield instance
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _as_of_now(before: dict[str, Any]) -> str:
    """Denials are shown for a day: they are counted in the last full hour instead of the recorded one."""
    _, recorded, _, _ = before["tables"]["git_access_denialcount"]["rows"][0]
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    return BEFORE.read_text().replace(recorded, f"{hour:%Y-%m-%d %H:%M:%S}")


def _load(environment: dict[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tests.upgrade.loader", f"{environment['DATA']}/before.json"],
        env={**environment, "DJANGO_SETTINGS_MODULE": "gitlab_internal.settings"},
        cwd=instances.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


# The first test: what the others are refused is counted beside it within a minute.
def test_counted_denials_go_on_under_the_ids_of_their_rules(
    instance: Instance, before: dict[str, Any]
) -> None:
    rows = before["tables"]["git_access_denialcount"]["rows"]
    page = Site(instance).open("/admin/")

    found = re.findall(r'/denial/\?rule=([^"]+)">[^<]*</a><strong>(\d+)</strong>', page)

    assert sorted(found) == [("container-exists", "1"), ("known-command", "1"), ("namespace-in-path", "1")]
    assert sum(row[-1] for row in rows) == 3


def asked(instance: Instance, request: dict[str, Any]) -> tuple[int, Any]:
    headers = recorder.signed(instance.data)[request["caller"]]
    if request["method"] == "GET":
        path = f"{request['path']}?{urlencode(request['parameters'])}"
        answer = instance.request("GET", path, headers=headers)
    else:
        body = json.dumps(request["parameters"])
        headers = {**headers, "Content-Type": "application/json"}
        answer = instance.request(request["method"], request["path"], body, headers)
    return answer.status, answer.json()


def test_everybody_is_answered_as_before(instance: Instance, before: dict[str, Any]) -> None:
    answers = [asked(instance, request) for request in before["answers"]]

    assert answers == [(request["status"], request["body"]) for request in before["answers"]]


def test_sealed_secrets_open(instance: Instance) -> None:
    code = pyotp.TOTP(recorder.OTP_SECRET).now()
    check = {
        "caller": "shell",
        "method": "POST",
        "path": f"{recorder.API}/two_factor_manual_otp_check",
        "parameters": {"key_id": recorder.RUBI, "otp_attempt": code},
    }

    assert asked(instance, check) == (200, {"success": True})


def test_jobs_that_waited_are_done(instance: Instance, receiver: Receiver, before: dict[str, Any]) -> None:
    waiting = before["tables"]["django_tasks_database_dbtaskresult"]["rows"]
    assert {row[-1] for row in waiting} == {"READY"}

    instance.manage("worker", "--batch")

    jobs = json.loads(instance.manage("jobs", "list", "--json"))["jobs"]
    assert {job["id"].replace("-", "") for job in jobs} >= {row[0] for row in waiting}
    assert {job["job"]: (job["status"], job["error"]) for job in jobs} == {
        "process_push": ("successful", ""),
        "deliver_webhook": ("successful", ""),
        "measure_project": ("ready", "GitalyUnavailable"),  # is tried again
    }
    assert [json.loads(body)["data"]["ref"] for _, body in receiver.requests] == ["refs/heads/main"]


def test_the_audit_log_and_its_links_open(instance: Instance, before: dict[str, Any]) -> None:
    entries = before["tables"]["auditlog_logentry"]["rows"]
    site = Site(instance)
    page = site.open("/admin/auditlog/logentry/")

    links = re.findall(r'href="(/admin/(?:directory/featureflag|ssh_keys/key)/\d+/change/)"', page)

    assert sorted(set(links)) == ["/admin/directory/featureflag/1/change/", "/admin/ssh_keys/key/7/change/"]
    assert len(entries) == len(links)
    assert "gitaly_of_before" in site.open(links[1])
    assert "the new title" in site.open(links[0])


def test_rows_that_nothing_could_mean_are_gone(instance: Instance) -> None:
    site = Site(instance)

    assert "docs/manual" in site.open("/admin/git_access/pathlock/")
    assert "docs//manual" not in site.open("/admin/git_access/pathlock/")
    assert "1 result" in site.open("/admin/git_access/protectedbranch/")


def test_doctor_finds_only_that_nothing_else_runs(instance: Instance) -> None:
    found = instance.attempt("doctor", "--json")

    findings = json.loads(found.stdout)["findings"]
    assert {finding["check"] for finding in findings if finding["advice"]} == {"gitaly", "workers"}


class Site:
    """The operators' site, opened by the administrator of before."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(cookies))
        self.open("/admin/login/")
        token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
        account = {"username": "root", "password": recorder.PASSWORD}
        self.open("/admin/login/", {**account, "csrfmiddlewaretoken": token, "next": "/admin/"})

    def open(self, path: str, form: dict[str, str | None] | None = None) -> str:
        url = self.instance.url + path
        body = urlencode(form).encode() if form else None
        with self.opener.open(Request(url, body, {"Referer": url})) as answer:  # noqa: S310 -- loopback
            return unescape(answer.read().decode())
