"""Writes ``before.json``: what an instance of commit d4ee24f has in its database, and what it answered.

Run in a checkout of that commit, with its own packages; ``DATA`` is a folder made there by
``manage.py serve --only-prepare``. The rows of every table are written as SQLite keeps them, so that nothing
of what they mean passes through code of a later commit.
"""

import base64
import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import jwt
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from django.utils import timezone

API = "/api/v4/internal"
OTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOOK_SECRET = "a secret of the webhook"
HOOK = "http://127.0.0.1:9/hook"  # whoever loads the rows writes the address of a receiver here
RUBI, ADMIN = 7, 11  # keys of the document's examples
PROJECT = "gnuwget/wget2"
PASSWORD = "a long password"
FILES = (
    ".gitlab_shell_secret", ".gitlab_kas_secret", "encryption_keys", "secret_key", "admin_token",
    "agent_token", "env",
)  # fmt: skip


def signed(data: Path) -> dict[str, dict[str, str]]:
    """Return the headers of each caller, by its name."""
    secret = (data / ".gitlab_shell_secret").read_bytes()
    now = int(time.time())
    claims = {"iss": "gitlab-kas", "aud": "gitlab", "iat": now, "exp": now + 60}
    kas = base64.b64decode((data / ".gitlab_kas_secret").read_bytes())
    agent = (data / "agent_token").read_text().strip()
    return {
        "shell": {"Gitlab-Shared-Secret": base64.b64encode(secret).decode()},
        "kas": {
            "Gitlab-Kas-Api-Request": jwt.encode(claims, kas, algorithm="HS256"),
            "Authorization": f"Bearer {agent}",
        },
        "customers": {"PRIVATE-TOKEN": (data / "admin_token").read_text().strip()},
    }


def requests() -> list[tuple[str, str, str, dict[str, Any]]]:
    """Return what is asked before and after: caller, method, path, parameters."""
    key = apps.get_model("ssh_keys", "Key").objects.get(pk=RUBI).key.split()[1]
    push = {"action": "git-receive-pack", "changes": "_any", "protocol": "ssh", "project": PROJECT}
    pull = {**push, "action": "git-upload-pack"}
    return [
        ("shell", "GET", f"{API}/authorized_keys", {"key": key}),
        ("shell", "GET", f"{API}/authorized_keys", {"key": "AAAAunknown"}),
        ("shell", "GET", f"{API}/discover", {"key_id": RUBI}),
        ("shell", "POST", f"{API}/allowed", {**pull, "key_id": ADMIN}),
        ("shell", "POST", f"{API}/allowed", {**push, "key_id": RUBI}),
        ("shell", "POST", f"{API}/allowed", {**push, "key_id": ADMIN, "action": "git-shout"}),
        ("shell", "POST", f"{API}/allowed", {**push, "key_id": ADMIN, "project": "gnuwget"}),
        ("shell", "POST", f"{API}/allowed", {**pull, "key_id": ADMIN, "project": "no/such"}),
        ("shell", "POST", f"{API}/two_factor_config", {"key_id": RUBI}),
        ("kas", "GET", f"{API}/kubernetes/agent_info", {}),
        ("kas", "GET", f"{API}/kubernetes/project_info", {"id": PROJECT}),
        ("customers", "GET", "/api/v4/namespaces/gnuwget/gitlab_subscription", {}),
    ]


def main(target: Path) -> None:
    """Make the data and write the file."""
    django.setup()
    setup_test_environment()  # the client of tests keeps the forms of pages
    _make_rows()
    _change_in_the_admin_site()
    answers = [_asked(*request) for request in requests()]
    import_module("apps.git_access.decision.denials").hand_over()
    _push()
    recorded = {
        "files": {name: (settings.DATA / name).read_text() for name in FILES},
        "answers": answers,
        "tables": dict(_tables()),
    }
    target.write_text(json.dumps(recorded, default=str, separators=(",", ":")).replace("],[", "],\n[") + "\n")


def _asked(caller: str, method: str, path: str, parameters: dict[str, Any]) -> dict[str, Any]:
    headers = signed(settings.DATA)[caller]
    if method == "GET":
        response = Client().get(path, parameters, headers=headers)
    else:
        response = Client().post(path, parameters, content_type="application/json", headers=headers)
    asked = {"caller": caller, "method": method, "path": path, "parameters": parameters}
    return {**asked, "status": response.status_code, "body": response.json()}


def _make_rows() -> None:
    """What the document's examples lack: sealed secrets, and rows that later migrations change."""
    encrypted = import_module("gitlab_internal.encryption").Encrypted
    project = apps.get_model("directory", "Project").objects.get(route__path=PROJECT)
    apps.get_model("ssh_keys", "OtpSecret").objects.create(user_id=7, secret=encrypted.of(OTP_SECRET))
    apps.get_model("git_access", "Webhook").objects.create(
        project=project, url=HOOK, secret=encrypted.of(HOOK_SECRET)
    )
    sold = {"start_date": "2026-11-01", "plan_code": "premium", "seats": 5}
    sale = _asked("customers", "POST", "/api/v4/namespaces/gnuwget/gitlab_subscription", sold)
    assert sale["status"] == 201, sale
    for path in ("docs//manual/", "docs/manual", ".."):
        apps.get_model("git_access", "PathLock").objects.create(project=project, path=path, user_id=1)
    for name in ("", "main"):
        apps.get_model("git_access", "ProtectedBranch").objects.create(project=project, name=name)


def _change_in_the_admin_site() -> None:
    administrator = apps.get_model("directory", "User").objects.get(pk=1)
    administrator.set_password(PASSWORD)
    administrator.save()
    client = Client()
    client.force_login(administrator)
    url = "/admin/directory/featureflag/add/"
    assert client.post(url, {"name": "gitaly_of_before", "enabled": "on"}).status_code == 302
    url = f"/admin/ssh_keys/key/{RUBI}/change/"
    form = client.get(url).context["adminform"].form
    fields = {name: form[name].value() for name in form.fields}
    kept = {name: value for name, value in fields.items() if value not in (None, False)}
    response = client.post(url, {**kept, "title": "the new title", "_save": "Save"})
    assert response.status_code == 302, response.content.decode()


def _push() -> None:
    """One push whose job a worker has done, and one whose jobs all wait."""
    project = apps.get_model("directory", "Project").objects.get(route__path=PROJECT)
    change = f"{'0' * 39}1 {'0' * 39}2 refs/heads/main\n"
    body = {"gl_repository": f"project-{project.pk}", "identifier": f"key-{RUBI}", "changes": change}
    answer = _asked("shell", "POST", f"{API}/post_receive", body)
    assert answer["status"] == 200, answer
    record = apps.get_model("git_access", "PushRecord").objects.get()
    import_module("apps.git_access.follow_ups.push_events").process(record_id=record.pk, now=timezone.now())


def _tables() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (table,) in sorted(cursor.fetchall()):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- a name of the database's own
            columns = [column[0] for column in cursor.description]
            if (rows := cursor.fetchall()) and table != "django_session":
                yield table, {"columns": columns, "rows": [list(row) for row in rows]}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
