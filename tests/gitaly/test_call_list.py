"""The double and, where ``GITALY_BIN_DIR`` names it, the real Gitaly end every call of one list alike."""

import base64
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from apps.core.gitaly.channels import channel_to
from apps.core.gitaly.tokens import authorization
from tests.gitaly import real_gitaly
from tests.gitaly.call_list import QUARANTINE, Place, cases
from tests.gitaly.workspaces import Workspace
from tests.gitaly_double.git import init_bare
from tests.gitaly_double.server import running
from tests.gitaly_double.settings import DoubleSettings

TOKEN = "a-token"
PATH = "@hashed/listed.git"
SECOND = "second"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A socket's path may have about 100 bytes."""
    with tempfile.TemporaryDirectory(prefix="calls-") as short:
        yield Path(short)


@pytest.fixture
def place(folder: Path, tmp_path: Path) -> Place:
    repository = folder / "repositories" / PATH
    init_bare(repository, branch="main")
    workspace = Workspace.create(tmp_path / "clone")
    commit = workspace.commit("First", file="1")
    workspace.seed(repository, "main")
    (repository / QUARANTINE).mkdir()
    return Place("default", PATH, commit, SECOND, ())


def assert_it_cuts_off(address: str) -> None:
    """Ping an idle connection every second; from the third ping on that is more than Gitaly bears."""
    options = (
        ("grpc.keepalive_time_ms", 1_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.enable_http_proxy", 0),
    )
    lost = threading.Event()
    states: list[grpc.ChannelConnectivity] = []

    def note(state: grpc.ChannelConnectivity) -> None:
        states.append(state)
        if grpc.ChannelConnectivity.READY in states and state is not grpc.ChannelConnectivity.READY:
            lost.set()

    with grpc.insecure_channel(address, options=options) as channel:
        channel.subscribe(note, try_to_connect=True)
        assert lost.wait(timeout=30), states


def check(address: str, place: Place, *, may_be_later: bool) -> None:
    """Make every call; all of them have to end as the list says, for the release that it may be."""
    channel = channel_to(address)
    grpc.channel_ready_future(channel).result(timeout=30)
    found = []
    told = json.dumps({place.storage: {"address": address, "token": TOKEN}}).encode()
    place = replace(place, server=(("gitaly-servers", base64.b64encode(told).decode()),))
    for case in cases(place):
        proof = authorization(token=TOKEN, at=int(time.time()))
        code, text = case.make(channel, (("authorization", proof),))
        if code is not case.code and not (may_be_later and code is case.later):
            found.append(f"{case.name}: {code.name} instead of {case.code.name}: {text}")
    if found:
        pytest.fail("\n".join(found))


def test_the_double_ends_calls_as_the_list_says_and_bears_few_pings(folder: Path, place: Place) -> None:
    (folder / "run").mkdir()
    (folder / SECOND).mkdir()
    settings = DoubleSettings(
        storages={"default": folder / "repositories", SECOND: folder / SECOND},
        runtime=folder / "run",
        token=TOKEN,
    )
    with running(settings) as double:
        check(double.address, place, may_be_later=False)
        assert_it_cuts_off(double.address)


@pytest.mark.skipif(not real_gitaly.PROGRAMS, reason="GITALY_BIN_DIR names no real Gitaly")
def test_the_real_gitaly_ends_calls_as_the_list_says_and_bears_few_pings(folder: Path, place: Place) -> None:
    secret = folder / "secret"
    secret.write_text("secret")
    with real_gitaly.running(
        folder, token=TOKEN, url="http://127.0.0.1:1", secret_file=secret, second=SECOND
    ) as address:
        check(address, place, may_be_later=True)
        assert_it_cuts_off(address)
