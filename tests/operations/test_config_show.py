"""``manage.py config show``: what is set and where, without secrets."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from apps.operations.redaction import redacted
from apps.operations.setting_inventory import inventory
from tests.instances import ROOT, environment


def show(data: Path, *options: str, **settings: str) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), "config", "show", *options]
    result = subprocess.run(
        command, env=environment(data, **settings), cwd=ROOT, capture_output=True, text=True, check=True
    )
    return result.stdout


def test_every_setting_is_shown_with_its_source(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("READ_ONLY=true\nSSH_PORT=2222\nLOG_LEVEL=DEBUG\n")

    rows = json.loads(show(tmp_path, "--json", SSH_HOST="ssh.example.com", LOG_LEVEL="ERROR"))["settings"]

    assert [row["name"] for row in rows] == [setting.name for setting in inventory()]
    shown = {row["name"]: (row["value"], row["source"]) for row in rows}
    assert shown["READ_ONLY"] == (True, "file env")
    assert shown["SSH_PORT"] == (2222, "file env")
    assert shown["LOG_LEVEL"] == ("ERROR", "environment")
    assert shown["SSH_HOST"] == ("ssh.example.com", "environment")
    assert shown["DATABASE_URL"] == (f"sqlite:///{tmp_path}/db.sqlite3", "default")
    assert shown["KAS_SECRET_FILE"] == (f"{tmp_path}/.gitlab_kas_secret", "default")
    assert shown["BIND"] == ("'127.0.0.1:3001'", "default")


def test_people_read_the_lines_of_a_settings_file_without_secrets(tmp_path: Path) -> None:
    secrets = {
        "SECRET_KEY": "secret-1",
        "DATABASE_URL": "postgres://gitlab:secret-2@db.example.com:5432/internal",
        "REDIS_URL": "redis://:secret-3@redis.example.com:6379/0",
        "GITALY_TOKEN": "secret-4",
        "GITALY_STORAGES": json.dumps({"default": {"address": "unix:/run/g", "token": "secret-5"}}),
    }

    printed = show(tmp_path, "--redacted", **secrets)

    assert "secret-" not in printed
    lines = set(printed.splitlines())
    assert lines >= {
        "DATABASE_URL=postgres://gitlab:[redacted]@db.example.com:5432/internal  # environment",
        "REDIS_URL=redis://:[redacted]@redis.example.com:6379/0  # environment",
        'GITALY_STORAGES={"default": {"address": "unix:/run/g", "token": "[redacted]"}}  # environment',
        "GITALY_TOKEN=[redacted]  # environment",
        "SECRET_KEY=[redacted]  # environment",
        "ALLOWED_HOSTS=localhost,localhost,127.0.0.1,[::1],unix  # default",
    }


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("A_TOKEN", "x", "[redacted]"),
        ("A_TOKEN", "", ""),
        ("A_TOKEN", None, None),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=x", "[redacted]"),
        ("PERSONAL_ACCESS_TOKEN_PREFIX", "glpat-", "glpat-"),
        ("RSA_KEY_RESTRICTION", 2048, 2048),
        ("URL", "https://user:p@ss/word@host/x", "https://user:[redacted]@ss/word@host/x"),
        ("URL", "https://user:p@ssword@host/x", "https://user:[redacted]@host/x"),
        ("URL", "https://token@host/x", "https://[redacted]@host/x"),
        ("URL", "https://host/x?a=1&token=x&b=2", "https://host/x?a=1&token=[redacted]&b=2"),
        ("LIST", ["redis://:x@h", "plain"], ["redis://:[redacted]@h", "plain"]),
        ("FLAG", True, True),
    ],
)
def test_what_is_a_secret_is_taken_out(name: str, value: Any, expected: Any) -> None:
    assert redacted(name, value) == expected
