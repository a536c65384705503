"""What goes with every call, and what its failures mean."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from pytest_django import Settings

from apps.core.gitaly import client, methods
from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import (
    Cause,
    GitalyDeadlineExceeded,
    GitalyExhausted,
    GitalyFailure,
    GitalyRefused,
    GitalyUnavailable,
    RepositoryNotFound,
)
from apps.core.gitaly.repository import Repository
from tests.gitaly.doubles import REPOSITORY, Stage, StartDouble, exists_once_reached
from tests.gitaly.workspaces import Workspace


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_plain_call_carries_no_metadata_of_ours(stage: Stage) -> None:
    stage.client().repository_exists()

    ours = [name for name in stage.double.calls[0].metadata if name != "user-agent"]
    assert ours == []


def test_a_call_for_a_push_says_so(stage: Stage) -> None:
    stage.client(
        correlation_id="abc", primary_only=True, relative_path="@snapshots/ü.git"
    ).repository_exists()

    metadata = stage.double.calls[0].metadata
    assert metadata["x-gitlab-correlation-id"] == "abc"
    assert metadata["gitaly-route-repository-accessor-policy"] == "primary-only"
    assert metadata["relative-path-bin"] == "@snapshots/ü.git".encode()


def test_every_call_names_the_whole_repository(stage: Stage) -> None:
    repository = Repository(
        "default",
        REPOSITORY.relative_path,
        git_object_directory="objects/incoming",
        git_alternate_object_directories=("objects",),
        gl_repository="project-7",
        gl_project_path="gnuwget/wget2",
    )

    (stage.path / "objects" / "incoming").mkdir()

    stage.client(repository=repository).has_local_branches()

    sent = stage.double.calls[0].request.repository
    assert sent.storage_name == "default"
    assert sent.relative_path == REPOSITORY.relative_path
    assert sent.git_object_directory == "objects/incoming"
    assert list(sent.git_alternate_object_directories) == ["objects"]
    assert sent.gl_repository == "project-7"
    assert sent.gl_project_path == "gnuwget/wget2"


def test_an_object_directory_that_is_no_text_is_just_not_there(stage: Stage) -> None:
    nowhere = replace(
        REPOSITORY, git_object_directory="objects/\ud800", git_alternate_object_directories=("\udfff",)
    )

    with pytest.raises(GitalyFailure):
        stage.client(repository=nowhere).has_local_branches()

    assert stage.double.calls[0].request.repository.git_object_directory == "objects/?"


def test_a_token_opens_the_door(start_double: StartDouble) -> None:
    stage = start_double(token="foo").create()

    assert stage.client().repository_exists()


def test_a_wrong_token_is_refused(start_double: StartDouble, settings: Settings) -> None:
    stage = start_double(token="foo").create()
    settings.GITALY_STORAGES["default"]["token"] = "bar"

    with pytest.raises(GitalyRefused, match="PERMISSION_DENIED: permission denied"):
        stage.client().repository_exists()


def test_a_missing_token_is_refused(start_double: StartDouble, settings: Settings) -> None:
    stage = start_double(token="foo").create()
    settings.GITALY_STORAGES["default"]["token"] = None

    with pytest.raises(GitalyRefused, match="UNAUTHENTICATED: authentication required"):
        stage.client().repository_exists()


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (grpc.StatusCode.UNAVAILABLE, GitalyUnavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, GitalyDeadlineExceeded),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, GitalyExhausted),
        (grpc.StatusCode.NOT_FOUND, RepositoryNotFound),
        (grpc.StatusCode.INTERNAL, GitalyFailure),
    ],
)
def test_each_failure_has_its_class(
    stage: Stage, code: grpc.StatusCode, failure: type[GitalyFailure]
) -> None:
    stage.double.fail("RefExists", code, "because")
    stage.double.fail("ListCommits", code, "because")

    for call in (lambda: stage.client().ref_exists("refs/x"), lambda: stage.client().list_commits(["--all"])):
        with pytest.raises(GitalyFailure, match=f"{code.name}: because") as caught:
            call()
        assert type(caught.value) is failure


@pytest.mark.parametrize("method", ["RefExists", "ListCommits"])
def test_a_read_is_tried_once_more_when_the_server_has_just_gone(
    stage: Stage, workspace: Workspace, method: str
) -> None:
    new = workspace.commit()
    workspace.seed(stage.path, "main")
    stage.double.fail(method, grpc.StatusCode.UNAVAILABLE, times=1)
    gitaly = stage.client()

    if method == "RefExists":
        assert gitaly.ref_exists("refs/heads/main")
    else:
        assert [commit.id for commit in gitaly.list_commits(["--all"])] == [new]

    assert [call.method for call in stage.double.calls] == [method] * 2


def test_nothing_else_is_tried_again(stage: Stage) -> None:
    stage.double.fail("WriteRef", grpc.StatusCode.UNAVAILABLE)
    stage.double.fail("RefExists", grpc.StatusCode.INTERNAL)

    with pytest.raises(GitalyUnavailable):
        stage.client().set_default_branch("trunk")
    with pytest.raises(GitalyFailure):
        stage.client().ref_exists("refs/heads/main")

    assert [call.method for call in stage.double.calls] == ["WriteRef", "RefExists"]


def test_a_failure_knows_its_cause(stage: Stage) -> None:
    stage.double.fail("RefExists", grpc.StatusCode.UNAVAILABLE, "because")

    with pytest.raises(GitalyUnavailable) as caught:
        stage.client().ref_exists("refs/heads/main")

    assert caught.value.cause == Cause("UNAVAILABLE", "because", "default", "/gitaly.RefService/RefExists")


def test_an_answer_without_a_message_is_a_failure(stage: Stage) -> None:
    stage.double.say_nothing("RefExists")

    with pytest.raises(GitalyFailure, match="answered without a message"):
        stage.client().ref_exists("refs/heads/main")


def test_a_storage_without_server_is_unavailable(stage: Stage) -> None:
    elsewhere = Repository("elsewhere", "x.git")

    with pytest.raises(GitalyUnavailable, match="no server for storage elsewhere"):
        stage.client(repository=elsewhere).repository_exists()


def test_an_unusable_address_is_unavailable(settings: Settings) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "tcp://host:1/path"}}

    with pytest.raises(GitalyUnavailable, match="unusable address: tcp://host:1/path"):
        Gitaly(repository=REPOSITORY).repository_exists()


def test_a_gitaly_that_is_down_fails_at_once(settings: Settings, tmp_path: Path) -> None:
    settings.GITALY_STORAGES = {"default": {"address": f"unix:{tmp_path}/none.sock"}}
    started = time.monotonic()

    for _ in range(2):
        with pytest.raises(GitalyUnavailable):
            Gitaly(repository=REPOSITORY).repository_exists()

    assert time.monotonic() - started < 8


def test_a_gitaly_that_came_back_is_found_within_seconds(
    start_double: StartDouble, settings: Settings, tmp_path: Path
) -> None:
    settings.GITALY_STORAGES = {"default": {"address": f"unix:{tmp_path}/run/gitaly.sock"}}
    with pytest.raises(GitalyUnavailable):
        Gitaly(repository=REPOSITORY).repository_exists()

    stage = start_double().create()

    assert exists_once_reached(stage.client())


def test_a_port_that_says_nothing_runs_into_the_deadline(settings: Settings, silent_port: int) -> None:
    settings.GITALY_STORAGES = {"default": {"address": f"tcp://127.0.0.1:{silent_port}"}}

    with pytest.raises((GitalyDeadlineExceeded, GitalyUnavailable)):
        Gitaly(repository=REPOSITORY, seconds_left=lambda: 0.2).repository_exists()


def test_a_call_ends_with_the_time_that_is_left(stage: Stage) -> None:
    stage.double.delay("RepositoryExists", seconds=0.5)

    with pytest.raises(GitalyDeadlineExceeded):
        stage.client(seconds_left=lambda: 0.05).repository_exists()


def test_no_call_is_made_when_no_time_is_left(stage: Stage) -> None:
    with pytest.raises(GitalyDeadlineExceeded):
        stage.client(seconds_left=lambda: 0).repository_exists()

    assert stage.double.calls == []


def test_a_single_answer_has_ten_seconds_and_a_stream_thirty(stage: Stage) -> None:
    gitaly = stage.client(seconds_left=lambda: 50)

    assert gitaly._terms(methods.REF_EXISTS.seconds).seconds == 10
    assert gitaly._terms(methods.LIST_COMMITS.seconds).seconds == 30


def test_many_ids_go_in_several_requests(
    stage: Stage, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "IDS_PER_REQUEST", 2)
    ids = [workspace.commit(f"Change {number}") for number in range(5)]
    workspace.seed(stage.path, "main")

    messages = stage.client().get_commit_messages(ids)

    assert list(messages) == ids
    assert len([call for call in stage.double.calls if call.method == "GetCommitMessages"]) == 3


def test_the_client_speaks_tcp(stage: Stage, settings: Settings) -> None:
    settings.GITALY_STORAGES = {"default": {"address": stage.double.tcp_address}}

    assert stage.client().repository_exists()
