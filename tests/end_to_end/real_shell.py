"""Real GitLab Shell programs at which a person types; ``GITLAB_SHELL_BIN_DIRS`` names their folders.

What is not there is skipped, and the run says so.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.operations.processes import stop
from tests.instances import Instance
from tests.ports import free_port

SHELLS = [Path(name) for name in os.environ.get("GITLAB_SHELL_BIN_DIRS", "").split(":") if name]
MISSING = "GITLAB_SHELL_BIN_DIRS names no gitlab-shell programs"
TIMEOUT = 60  # seconds
_CONFIG = """\
user: git
gitlab_url: "{url}"
secret_file: "{data}/.gitlab_shell_secret"
log_file: "{root}/gitlab-shell.log"
log_format: json
sshd:
  listen: "127.0.0.1:{port}"
  web_listen: "127.0.0.1:{web_port}"
  host_key_files: ["{root}/host_key"]
"""
_SSH_OPTIONS = (
    "-T", "-F", "none", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "BatchMode=yes",
    "-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
)  # fmt: skip


@dataclass(frozen=True)
class Terminal:
    """What the person saw."""

    out: str
    err: str
    code: int


@dataclass(frozen=True)
class Shell:
    """One generation of the programs, and its folder with configuration and keys."""

    programs: Path
    root: Path
    port: int

    @property
    def knows_certificates(self) -> bool:
        """Programs of today do; one of them has had another name since shortly before."""
        return all((self.programs / name).is_file() for name in ("gitlab-sshd", "gitlab-shell-check"))

    def type(self, command: str, *, key_id: int, then: str = "") -> Terminal:
        """Run ``ssh git@host COMMAND`` without an SSH server between, and answer its question."""
        environment = {
            "PATH": os.environ["PATH"],
            "GITLAB_SHELL_DIR": str(self.root),
            "SSH_CONNECTION": "127.0.0.1 5555 127.0.0.1 22",
            "SSH_ORIGINAL_COMMAND": command,
        }
        return _run([self.programs / "gitlab-shell", f"key-{key_id}"], f"{then}\n", environment)

    def ssh(self, command: str, *, key: Path, certificate: Path | None = None) -> Terminal:
        """Log in to its SSH server, which must run."""
        options = ["-o", f"CertificateFile={certificate}"] if certificate else []
        login = ["-p", str(self.port), "-i", str(key), "git@127.0.0.1", command]
        return _run(["ssh", *_SSH_OPTIONS, *options, *login], "", {"PATH": os.environ["PATH"]})

    @contextmanager
    def server(self, **more: str) -> Iterator[None]:
        """Run its SSH server."""
        with (self.root / "sshd.log").open("wb") as log:
            process = subprocess.Popen(
                [self.programs / "gitlab-sshd", "-config-dir", self.root],
                env={"PATH": os.environ["PATH"], **more},
                stdout=log,
                stderr=log,
            )
        try:
            _await_listener(self.port)
            yield
        finally:
            stop(process, grace=5)


def shell(programs: Path, instance: Instance, root: Path) -> Shell:
    """Return the programs of one folder, set up for an instance."""
    port, web_port = free_port(), free_port()
    root.mkdir(exist_ok=True)
    config = _CONFIG.format(url=instance.url, data=instance.data, root=root, port=port, web_port=web_port)
    (root / "config.yml").write_text(config)
    return Shell(programs, root, port)


def make_key(path: Path) -> Path:
    """Make a key pair and return the path of its private half."""
    if not shutil.which("ssh-keygen"):
        pytest.skip("no OpenSSH: there is no ssh-keygen")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def sign(key: Path, *, by: Path, holder: str) -> Path:
    """Return a certificate for a key."""
    public = key.with_name(f"{key.name}-by-{by.name}.pub")
    shutil.copy(f"{key}.pub", public)
    subprocess.run(
        ["ssh-keygen", "-q", "-s", by, "-I", holder, "-n", "git", "-V", "-5m:+1h", public], check=True
    )
    return public.with_name(f"{public.stem}-cert.pub")


def _run(command: Sequence[str | Path], typed: str, environment: dict[str, str]) -> Terminal:
    ran = subprocess.run(
        command, input=typed, env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    return Terminal(ran.stdout, ran.stderr, ran.returncode)


def _await_listener(port: int) -> None:
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the SSH server did not start"
            time.sleep(0.1)
