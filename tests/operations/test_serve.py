"""``manage.py serve``: from nothing to a running instance, and again."""

import base64
import os
import pty
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from apps.operations.processes import stop
from apps.server import listening
from tests.instances import ROOT, Instance, database, environment, first_output, manage, prepared_folder

SECRETS = (
    ".gitlab_shell_secret", ".gitlab_kas_secret", ".gitlab_workhorse_secret", "secret_key", "encryption_keys",
    "admin_token", "agent_token", "env",
)  # fmt: skip
PASSWORD = re.compile(r"^Log in as  root with the password in \S+/first_password$", re.MULTILINE)


@contextmanager
def serving(settings: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, str(ROOT / "manage.py"), "serve", *arguments]
    process = subprocess.Popen(
        command, env=settings, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        stop(process, grace=30)
        process.communicate()


def address(process: "subprocess.Popen[bytes]") -> str:
    """Return the address that it prints once it listens."""
    assert process.stdout
    for line in process.stdout:
        if match := re.match(rb"Address    (\S+)", line):
            return match[1].decode()
    raise AssertionError(process.communicate())


def created(output: str) -> set[str]:
    """Return the names of the files that it says it made."""
    (names,) = re.findall(r"^Created    (.+)$", output, re.MULTILINE)
    return set(names.split(", "))


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def family(pid: int) -> list[int]:
    """The web server's and the worker's processes, in this order, once both are there."""
    until = time.monotonic() + 60
    while len(found := children(pid)) < 2:
        assert time.monotonic() < until, f"only {found} after a minute"
        time.sleep(0.05)
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and only not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_first_run_makes_private_files_and_prints_no_secret(gunicorn: Instance) -> None:
    output = first_output()

    assert created(output) == set(SECRETS)
    assert {stat.S_IMODE((gunicorn.data / name).stat().st_mode) for name in SECRETS} == {0o600}
    assert stat.S_IMODE(gunicorn.data.stat().st_mode) == 0o700
    assert len(PASSWORD.findall(output)) == 1
    contents = [(gunicorn.data / name).read_bytes().strip() for name in (*SECRETS[:7], "first_password")]
    assert not [text for text in contents if text.decode() in output]
    assert base64.b64encode((gunicorn.data / ".gitlab_shell_secret").read_bytes()).decode() not in output


def test_says_where_everything_is_in_ten_lines() -> None:
    words = [line.partition(" ")[0] for line in first_output().splitlines()]

    assert words == ["Created", "Seeded", "No", "Instance", "Address", "Admin", "Log", "Tokens", "Try"]
    # The tenth is the address of the metrics, once an instance runs.


def test_an_empty_instance_says_how_somebody_comes_in(tmp_path: Path) -> None:
    store = database()
    settings = environment(tmp_path / "data", **store)
    empty = ("serve", "--only-prepare", "--empty")
    line = r"^Log in as  nobody yet; make somebody: (.+)$"
    (command,) = re.findall(line, manage(settings, *empty), re.MULTILINE)

    own = {**os.environ, **store}
    subprocess.run(["sh", "-c", command.replace("NAME", "operator")], env=own, check=True)

    assert "Log in as" not in manage(settings, *empty)


def test_the_line_to_try_prints_requests_to_this_instance() -> None:
    with prepared_folder() as (data, database):
        output = manage(environment(data, **database), "serve", "--only-prepare")
        (command,) = re.findall(r"^Try        (.+)$", output, re.MULTILINE)
        own = {**os.environ, **database}

        shown = subprocess.run(["sh", "-c", command], env=own, capture_output=True, text=True, check=True)

    assert shown.stdout.count("\ncurl ") == 20
    assert str(data) in shown.stdout


def test_a_terminal_is_shown_the_password(tmp_path: Path) -> None:
    terminal, line = pty.openpty()
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--only-prepare"]
    settings = environment(tmp_path / "data", **database())

    subprocess.run(command, env=settings, cwd=ROOT, stdout=line, stderr=line, check=True)

    os.close(line)
    shown = b""
    with suppress(OSError):  # what Linux says at the end of a terminal
        while data := os.read(terminal, 65536):
            shown += data
    os.close(terminal)
    assert len(re.findall(rb"Log in as  root with \S{20} \(shown only now\)", shown)) == 1
    assert not (tmp_path / "data" / "first_password").exists()


def test_the_first_password_opens_the_admin_site(gunicorn: Instance) -> None:
    password = (gunicorn.data / "first_password").read_text().strip()
    form = gunicorn.request("GET", "/admin/login/")
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form.body.decode())
    cookie = form.headers["Set-Cookie"].split(";")[0]
    fields = {"username": "root", "password": password, "csrfmiddlewaretoken": token, "next": "/admin/"}
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}

    answer = gunicorn.request("POST", "/admin/login/", urllib.parse.urlencode(fields), headers)

    assert (answer.status, answer.headers["Location"]) == (302, "/admin/")


def test_the_second_run_changes_nothing_and_shows_no_password() -> None:
    with prepared_folder() as (data, database):
        settings = environment(data, **database)
        before = {name: ((data / name).read_bytes(), (data / name).stat().st_mtime_ns) for name in SECRETS}
        count = (
            "from apps.directory.models import PersonalAccessToken as T, User as U; print(T.objects.count(), "
        )
        counted = manage(settings, "shell", "--no-imports", "-c", f"{count}U.objects.count())")

        output = manage(settings, "serve", "--only-prepare")

        after = {name: ((data / name).read_bytes(), (data / name).stat().st_mtime_ns) for name in SECRETS}
        assert after == before
        assert "eeded" not in output  # nobody has asked for it
        assert "Created" not in output
        assert "Log in as" not in output
        assert (
            manage(settings, "shell", "--no-imports", "-c", f"{count}U.objects.count())")
            == counted
            == "1 4\n"
        )


def test_an_empty_instance_has_its_secrets_and_nobody_in_it(tmp_path: Path) -> None:
    settings = environment(tmp_path / "data", **database())

    output = manage(settings, "serve", "--only-prepare", "--empty")

    assert created(output) == set(SECRETS)
    assert "Log in as  nobody yet; make somebody: " in output and "examples" not in output
    assert (
        "bvl" not in (tmp_path / "data" / "env").read_text()
    )  # the document's Gitaly is that of its examples
    count = "from apps.directory.models import User; print(User.objects.count())"
    assert manage(settings, "shell", "--no-imports", "-c", count) == "0\n"


def test_runs_the_service_and_a_worker_until_it_is_told_to_stop() -> None:
    with (
        prepared_folder() as (data, database),
        serving(environment(data, **database), "--port", "0") as process,
    ):
        url = address(process)
        with urlopen(f"{url}/admin/login/") as response:  # noqa: S310 -- the address is our own
            assert response.status == 200
        both = family(process.pid)
        assert len(both) == 2
        assert all(alive(pid) for pid in both)

        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=60) == 0
        assert not any(alive(pid) for pid in both)


def test_ends_when_gunicorn_is_killed() -> None:
    with (
        prepared_folder() as (data, database),
        serving(environment(data, **database), "--port", "0") as process,
    ):
        address(process)
        web, worker = family(process.pid)

        subprocess.run(["kill", "-KILL", str(web)], check=True)

        assert process.wait(timeout=60) == 1
        assert not alive(worker)


def test_a_second_instance_on_one_folder_is_refused() -> None:
    with (
        prepared_folder() as (data, database),
        serving(environment(data, **database), "--port", "0") as first,
    ):
        address(first)

        with serving(environment(data, **database), "--port", "0") as second:
            _, errors = second.communicate(timeout=120)

    assert second.returncode == 1
    assert f"CommandError: An instance runs on {data} already: process {first.pid}." in errors.decode()


def test_a_taken_port_is_named() -> None:
    with prepared_folder() as (data, database), listening.listen("127.0.0.1:0") as taken:
        port = taken.getsockname()[1]

        with serving(environment(data, **database), "--port", str(port)) as process:
            _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"CommandError: Cannot listen on 127.0.0.1:{port}: Address already in use." in errors.decode()


@pytest.mark.parametrize("address", ["3001", "/run/api.sock"])
def test_what_is_no_address_is_refused_before_anything_is_made(tmp_path: Path, address: str) -> None:
    with serving(environment(tmp_path / "var"), "--bind", address) as process:
        _, errors = process.communicate(timeout=60)

    assert f"CommandError: {address!r} is neither HOST:PORT nor unix:PATH." in errors.decode()
    assert not (tmp_path / "var").exists()
