"""Whoever is not Workhorse learns nothing, and cannot even try a password."""

import base64
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from apps.core.api.workhorse_signatures import LEEWAY
from apps.core.secret_files import new_signing_secret, signing_key
from apps.directory.models import Project, User
from tests.workhorse.asking import Workhorse, signature, told

pytestmark = pytest.mark.django_db

REFS = "/gnuwget/wget2.git/info/refs?service=git-upload-pack"


@pytest.mark.parametrize("path", [REFS, "/gnuwget/wget2.git/git-upload-pack", "/a/b.git/git-receive-pack"])
def test_without_a_signature_nothing_is_told(user: User, path: str) -> None:
    unsigned = Workhorse("rubi", "correct horse", signed=False)

    answer = unsigned.get(path) if "info/refs" in path else unsigned.post(path)

    assert told(answer) == (403, "Nil JSON web token")


@pytest.mark.parametrize(
    "token",
    [
        "x",
        signature(key=b"x" * 32),
        signature({"iss": "gitlab-shell"}),
        signature({"sub": "gitlab-workhorse"}),
        signature({"iss": "gitlab-workhorse", "exp": 1_000_000_000}),
        signature({"iss": "gitlab-workhorse", "nbf": 9_000_000_000}),
        signature() + "x",
    ],
)
def test_a_signature_that_does_not_hold_is_refused(project: Project, token: str) -> None:
    answer = Workhorse().get(REFS, Gitlab_Workhorse_Api_Request=token)

    assert told(answer) == (403, "Invalid JSON web token")


def test_a_signature_that_is_known_ends_with_its_time(
    rubi: Workhorse, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = 2_000_000_000
    token = signature({"iss": "gitlab-workhorse", "exp": end})
    assert rubi.get(REFS, Gitlab_Workhorse_Api_Request=token).status_code == 200

    monkeypatch.setattr("apps.core.api.workhorse_signatures.time.time", lambda: end + LEEWAY + 1)

    answer = rubi.get(REFS, Gitlab_Workhorse_Api_Request=token)
    assert told(answer) == (403, "Invalid JSON web token")


def test_a_label_is_no_signature(project: Project) -> None:
    answer = Workhorse(signed=False).get(REFS, Gitlab_Workhorse="v8.53.0", Gitlab_Workhorse_Api_Request="")

    assert told(answer) == (403, "Nil JSON web token")


def test_the_previous_secret_counts_while_a_rotation_is_open(
    rubi: Workhorse, settings: Settings, tmp_path: Path
) -> None:
    old = signature()
    previous = tmp_path / "previous"
    previous.write_bytes(settings.WORKHORSE_SECRET_FILE.read_bytes())
    current = tmp_path / "current"
    current.write_bytes(new_signing_secret())
    settings.WORKHORSE_SECRET_FILE, settings.WORKHORSE_PREVIOUS_SECRET_FILE = current, previous

    assert rubi.get(REFS, Gitlab_Workhorse_Api_Request=old).status_code == 200
    assert rubi.get(REFS, Gitlab_Workhorse_Api_Request=signature()).status_code == 200

    previous.unlink()
    assert told(rubi.get(REFS, Gitlab_Workhorse_Api_Request=old)) == (403, "Invalid JSON web token")


@pytest.mark.parametrize("content", [None, b"", b"not Base64", base64.b64encode(b"short")])
def test_a_secret_file_without_a_key_signs_nothing(
    rubi: Workhorse, settings: Settings, tmp_path: Path, content: bytes | None
) -> None:
    key = signing_key(settings.WORKHORSE_SECRET_FILE.read_bytes())
    settings.WORKHORSE_SECRET_FILE = tmp_path / "secret"
    if content is not None:
        settings.WORKHORSE_SECRET_FILE.write_bytes(content)

    answer = rubi.get(REFS, Gitlab_Workhorse_Api_Request=signature(key=key))

    assert told(answer) == (403, "Invalid JSON web token")
