"""The bodies that the hooks post, byte for byte."""

from pathlib import Path
from typing import Any

import pytest

from tests.gitaly.fake_api import FakeApi
from tests.gitaly.hook_runs import CHANGES, payload, run
from tests.gitaly_double import go_json

LINE = CHANGES.decode()
QUARANTINE = {
    "GIT_OBJECT_DIRECTORY": "/srv/repositories/@hashed/x.git/objects/tmp_objdir-incoming-abc",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/srv/repositories/@hashed/x.git/objects",
}
OPTIONS = {"GIT_PUSH_OPTION_COUNT": "2", "GIT_PUSH_OPTION_0": "ci.skip", "GIT_PUSH_OPTION_1": "b=ü"}
NO_QUARANTINE = '{"GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE":null,"GIT_OBJECT_DIRECTORY_RELATIVE":""}'


def sent(
    api: FakeApi,
    secret_file: Path,
    hook: str = "pre-receive",
    changes: bytes = CHANGES,
    environ: dict[str, str] | None = None,
    **options: Any,
) -> Any:
    """Run a hook and return the first body it posted."""
    run(hook, payload(api, secret_file, **options), changes, environ)
    return api.requests[0].json


def test_allowed_names_the_push_its_pusher_and_its_quarantine(api: FakeApi, secret_file: Path) -> None:
    run("pre-receive", payload(api, secret_file), environ=QUARANTINE)

    zeros, ones = "0" * 40, "1" * 40
    assert api.requests[0].body.decode() == (
        '{"action":"git-receive-pack","gl_repository":"project-7",'
        '"project":"/srv/repositories/@hashed/x.git",'
        f'"changes":"{zeros} {ones} refs/heads/main\\n","protocol":"ssh",'
        r'"env":"{\"GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE\":[\"objects\"],'
        r'\"GIT_OBJECT_DIRECTORY_RELATIVE\":\"objects/tmp_objdir-incoming-abc\"}",'
        '"key_id":"5"}'
    )


def test_a_push_without_quarantine_says_so(api: FakeApi, secret_file: Path) -> None:
    assert sent(api, secret_file)["env"] == NO_QUARANTINE


@pytest.mark.parametrize("missing", list(QUARANTINE))
def test_one_of_the_two_directories_is_none(api: FakeApi, secret_file: Path, missing: str) -> None:
    body = sent(api, secret_file, environ={**QUARANTINE, missing: ""})

    assert body["env"] == NO_QUARANTINE


@pytest.mark.parametrize(
    ("gl_id", "identity"),
    [
        ("key-5", {"key_id": "5"}),
        ("user-7", {"user_id": "7"}),
        ("username-alice-b", {"username": "alice-b"}),
    ],
)
def test_the_pusher_is_named_by_a_string(
    api: FakeApi, secret_file: Path, gl_id: str, identity: dict[str, str]
) -> None:
    body = sent(api, secret_file, gl_id=gl_id)

    named = {name: body[name] for name in ("key_id", "user_id", "username") if name in body}
    assert named == identity


@pytest.mark.parametrize("gl_id", ["key-x", "key-", "root", "deploy-token-1"])
def test_an_invalid_pusher_ends_the_push_inside_of_gitaly(
    api: FakeApi, secret_file: Path, gl_id: str
) -> None:
    ended = run("pre-receive", payload(api, secret_file, gl_id=gl_id))

    assert (ended.status, ended.err) == (1, f"GitLab: setting gl_id: gl_id='{gl_id}' is invalid\n")
    assert api.requests == []


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"gl_repository": ""}, "repository not set"),
        ({"gl_id": ""}, "user or protocol not set"),
        ({"protocol": ""}, "user or protocol not set"),
    ],
)
def test_a_push_without_an_identity_never_reaches_the_api(
    api: FakeApi, secret_file: Path, options: dict[str, str], text: str
) -> None:
    ended = run("pre-receive", payload(api, secret_file, **options))

    assert (ended.status, ended.err, api.requests) == (1, f"{text}\n", [])


def test_a_push_without_changes_never_reaches_the_api(api: FakeApi, secret_file: Path) -> None:
    ended = run("pre-receive", payload(api, secret_file), changes=b"")

    assert (ended.status, ended.err, api.requests) == (1, "hook got no reference updates\n", [])


def test_quotes_disappear_from_the_directory(api: FakeApi, secret_file: Path) -> None:
    assert sent(api, secret_file, disk_path="/srv/it's/x.git")["project"] == "/srv/its/x.git"


def test_a_ref_name_that_is_not_utf_8_arrives_mangled(api: FakeApi, secret_file: Path) -> None:
    body = sent(api, secret_file, changes=CHANGES.replace(b"main", b"gr\xfc\xdfe<&>"))

    assert body["changes"] == LINE.replace("main", "gr\ufffd\ufffde<&>")
    assert rb"gr\ufffd\ufffde\u003c\u0026\u003e" in api.requests[0].body


@pytest.mark.parametrize(
    ("version", "extra"),
    [
        ("16.0", {}),
        ("16.6", {"relative_path": "@hashed/x.git"}),
        ("17.0", {"relative_path": "@hashed/x.git", "push_options": ["ci.skip", "b=ü"]}),
        (
            "17.7",
            {
                "relative_path": "@hashed/x.git",
                "push_options": ["ci.skip", "b=ü"],
                "gitaly_client_context_bin": "e30=",
            },
        ),
    ],
)
def test_newer_releases_say_more(
    api: FakeApi, secret_file: Path, version: str, extra: dict[str, Any]
) -> None:
    body = sent(api, secret_file, environ=OPTIONS, version=version, client_context="e30=")

    usual = ("action", "gl_repository", "project", "changes", "protocol", "env", "key_id")
    assert {name: value for name, value in body.items() if name not in usual} == extra


def test_what_is_empty_is_left_out(api: FakeApi, secret_file: Path) -> None:
    body = sent(api, secret_file, version="19.0")

    assert not {"push_options", "gitaly_client_context_bin"} & set(body)


def test_pre_receive_names_the_repository_only(api: FakeApi, secret_file: Path) -> None:
    run("pre-receive", payload(api, secret_file))

    assert api.requests[1].body == b'{"gl_repository":"project-7"}'


def test_post_receive_names_the_pusher_verbatim(api: FakeApi, secret_file: Path) -> None:
    body = sent(api, secret_file, "post-receive", environ=OPTIONS)

    assert body == {
        "gl_repository": "project-7",
        "identifier": "key-5",
        "changes": LINE,
        "push_options": ["ci.skip", "b=ü"],
    }


def test_no_push_options_are_null_in_post_receive(api: FakeApi, secret_file: Path) -> None:
    assert sent(api, secret_file, "post-receive")["push_options"] is None


@pytest.mark.parametrize(("context", "sent_context"), [("e30=", "e30="), ("", None)])
def test_post_receive_of_19_has_the_clients_context(
    api: FakeApi, secret_file: Path, context: str, sent_context: str | None
) -> None:
    body = sent(api, secret_file, "post-receive", version="19.0", client_context=context)

    assert body["gitaly_client_context_bin"] == sent_context


def test_json_is_written_as_go_writes_it() -> None:
    encoded = go_json.encode({"b": "<a href='x'>&\u2028\u2029\n\"ü", "a": [None, True, 1]})

    assert encoded.decode() == (
        r"""{"b":"\u003ca href='x'\u003e\u0026\u2028\u2029\n\"ü","a":[null,true,1]}"""
    )
