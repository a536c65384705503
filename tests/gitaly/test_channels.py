import os
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

from apps.core.gitaly import channels
from apps.core.gitaly.channels import UnusableGitalyAddress, channel_to
from tests.gitaly.doubles import Stage
from tests.gitaly_double.hook_directory import PROJECT

FORKING = """
import os, sys
from django.conf import settings
settings.configure(GITALY_STORAGES={"default": {"address": sys.argv[1]}}, GITALY_TOKEN=None)
from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.repository import Repository
gitaly = Gitaly(repository=Repository("default", sys.argv[2]))
worker = os.fork()
if worker == 0:
    os._exit(0 if gitaly.repository_exists() else 3)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
"""


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("unix:/run/gitaly.socket", "unix:/run/gitaly.socket"),
        ("unix:///run/gitaly.socket", "unix:///run/gitaly.socket"),
        ("tcp://gitaly.example:8075", "gitaly.example:8075"),
        ("tls://gitaly.example:9999", "gitaly.example:9999"),
        ("dns:///gitaly.example:8075", "dns:///gitaly.example:8075"),
        ("dns+tls:///gitaly.example:9999", "dns:///gitaly.example:9999"),
    ],
)
def test_every_form_of_address_becomes_a_target(
    address: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets: list[str] = []
    monkeypatch.setattr(grpc, "insecure_channel", lambda to, **_: targets.append(to))
    monkeypatch.setattr(grpc, "secure_channel", lambda to, *_, **__: targets.append(to))

    channels._channel.__wrapped__(0, address)

    assert targets == [target]


@pytest.mark.parametrize(
    "address",
    ["", "gitaly.example:8075", "/run/gitaly.socket", "unix:", "tcp://", "tcp://gitaly.example:8075/path",
     "tls://gitaly.example:9999/", "http://gitaly.example"],
)  # fmt: skip
def test_any_other_address_is_unusable(address: str) -> None:
    with pytest.raises(UnusableGitalyAddress):
        channel_to(address)


def test_a_process_has_one_channel_per_address() -> None:
    assert channel_to("unix:/run/one") is channel_to("unix:/run/one")
    assert channel_to("unix:/run/one") is not channel_to("unix:/run/two")


def test_another_process_has_channels_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = channel_to("unix:/run/one")

    monkeypatch.setattr(os, "getpid", lambda: -1)

    assert channel_to("unix:/run/one") is not ours


def test_a_forked_worker_reaches_gitaly(stage: Stage) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKING, stage.double.address, stage.repository.relative_path],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_tls_trusts_the_roots_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(b"the system's roots")
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    trusted: list[bytes | None] = []
    monkeypatch.setattr(grpc, "ssl_channel_credentials", trusted.append)

    channels.system_credentials()

    assert trusted == [b"the system's roots"]
