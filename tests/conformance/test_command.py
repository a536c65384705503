"""What is said where nothing can be tested, and how it ends."""

import json
import re
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer
from django.core.management import CommandError, call_command

from apps.operations.conformance import transport
from apps.operations.conformance.world import SEEDED, NotAWorld, load
from tests.instances import ROOT, Instance


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("0123456789abcdef0123456789abcdef\n")
    return path


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1", "cannot connect: Connection refused"),
        ("http+unix://%2Fnowhere%2Fapi.sock", "cannot connect: No such file or directory"),
        ("http://nowhere.invalid", "cannot connect: "),
    ],
)
def test_a_server_that_is_not_there_is_named_with_the_reason(
    secret_file: Path, url: str, reason: str
) -> None:
    with pytest.raises(CommandError, match=re.escape(f"{url}: {reason}")):
        call_command("conformance", "--url", url, "--secret-file", str(secret_file))


def test_a_server_that_does_not_answer_in_time_is_named(secret_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        with pytest.raises(CommandError, match=r"no answer within 0\.2 seconds"):
            call_command("conformance", "--url", url, "--secret-file", str(secret_file), "--timeout", "0.2")


def test_tls_against_a_server_without_it_is_named(gunicorn: Instance, secret_file: Path) -> None:
    url = gunicorn.url.replace("http://", "https://")

    with pytest.raises(CommandError, match=r"TLS failed: |no HTTP answer: |cannot connect: "):
        call_command("conformance", "--url", url, "--secret-file", str(secret_file), "--insecure")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--url", "ftp://host"], "ftp://host: expected http://HOST"),
        (["--url", "host:3001"], "host:3001: expected http://HOST"),
        (["--url", "http://host:port"], "Port could not be cast to integer"),
        (["--url", "https://host", "--ca-file", "/nowhere"], "/nowhere: no certificates"),
        (["--url", "http://host", "--world", "/nowhere"], "/nowhere: "),
        (["--url", "http://host", "--kas-secret-file", "/nowhere"], "/nowhere: No such file"),
        (["--url", "http://host", "--only", "nonsense"], "There is no check and no group 'nonsense'"),
        ([], "--url and --secret-file are needed"),
    ],
)
def test_wrong_usage_is_told_in_a_word(secret_file: Path, options: list[str], reason: str) -> None:
    with pytest.raises((CommandError, typer.BadParameter), match=re.escape(reason)):
        call_command("conformance", "--secret-file", str(secret_file), *options)


def test_wrong_usage_ends_with_2(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    command = [sys.executable, str(ROOT / "manage.py"), "conformance", "--url", "http://host"]

    result = subprocess.run(
        [*command, "--secret-file", str(empty)],
        env={"DATA": str(tmp_path), "COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 2
    assert f"{empty} is empty." in result.stderr


def test_the_example_of_a_world_is_one_that_can_be_read(tmp_path: Path) -> None:
    output = StringIO()
    call_command("conformance", "world", "--example", stdout=output)
    printed = tmp_path / "world.json"
    printed.write_text(output.getvalue())

    assert load(printed) == load(SEEDED)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"key_id": "11"}, "key_id is not int"),
        ({"key_id": None}, "key_id is not int"),
        ({"key_id": True}, "key_id is not int"),
        ({"surprise": 1}, "surprise is unknown"),
    ],
)
def test_a_world_that_is_none_says_what_is_wrong(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    path = tmp_path / "world.json"
    path.write_text(json.dumps({**json.loads(SEEDED.read_text()), **change}))

    with pytest.raises(NotAWorld, match=fault):
        load(path)


def test_a_world_names_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    path.write_text("{}")

    with pytest.raises(NotAWorld, match="key_id is missing; key_blob is missing"):
        load(path)


@pytest.mark.parametrize(
    ("url", "host", "socket_path", "root"),
    [
        ("http://gitlab.example.com/gitlab/", "gitlab.example.com", None, "/gitlab"),
        ("http+unix://%2Frun%2Fapi.sock/gitlab", "unix", Path("/run/api.sock"), "/gitlab"),
    ],
)
def test_addresses_are_those_that_gitlab_shell_takes(
    url: str, host: str, socket_path: Path | None, root: str
) -> None:
    server = transport.server_at(url, timeout=1)

    assert (server.host, server.socket, server.root) == (host, socket_path, root)
