"""How often Gitaly is asked, and what happens when it does not answer."""

import re

import grpc
import pytest
from pytest_django import Settings

from apps.directory.models import Project
from apps.git_access.context import deadline
from tests.factories.directory import UserFactory
from tests.factories.git_access import LfsFileLockFactory, PathLockFactory, PushRuleFactory
from tests.git_access.allowed.asking import GRANTED, MAIN, NO_GITALY, creation, deletion, line
from tests.git_access.pushes.conftest import Stage

WALKS = ("ListCommits", "FindChangedPaths", "ListLFSPointers", "ListBlobs")


@pytest.fixture
def strict(stage: Stage) -> Stage:
    """A stage where every rule is in force that makes Gitaly look into a push."""
    eve = UserFactory.create(username="eve")
    PathLockFactory.create(project=stage.project, user=eve)
    LfsFileLockFactory.create(project=stage.project, user=eve)
    PushRuleFactory.create(
        project=stage.project, prevent_secrets=True, max_file_size=1, commit_message_regex="."
    )
    Project.objects.filter(pk=stage.project.pk).update(repository_size_limit=10**9)
    return stage


def test_the_number_of_refs_makes_no_difference(strict: Stage) -> None:
    made = [
        strict.repository.commit(strict.base, files={f"file{number}": str(number)}) for number in range(30)
    ]
    main = line(MAIN, old=strict.base, new=made[0])

    calls = []
    for count in (2, 30):
        strict.double.forget_calls()
        lines = [creation(f"refs/heads/b{number}", new=made[number]) for number in range(count)]
        assert strict.push(main, *lines) == GRANTED
        calls.append(strict.asked)

    assert calls[0] == calls[1]
    assert {name: calls[1].count(name) for name in WALKS} == {
        "ListCommits": 1,
        "FindChangedPaths": 2,  # the default branch's, where locks count, and all together
        "ListLFSPointers": 1,
        "ListBlobs": 1,
    }


def test_a_push_of_deletions_needs_no_object(strict: Stage) -> None:
    strict.repository.set("refs/heads/x", strict.base)
    strict.repository.set("refs/tags/v1", strict.base)

    assert strict.push(deletion("refs/heads/x"), deletion("refs/tags/v1")) == GRANTED
    assert not set(WALKS) & set(strict.asked)


def test_every_call_sees_the_quarantine_and_the_primary(strict: Stage) -> None:
    new = strict.repository.commit(strict.base, files={"a": "x"})
    env = {
        "GIT_OBJECT_DIRECTORY_RELATIVE": "objects/incoming",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE": ["objects"],
    }
    (strict.repository.git.path / "objects/incoming").mkdir()

    assert strict.push(line(MAIN, old=strict.base, new=new), env=env, relative_path="snapshot.git") == GRANTED
    for call in strict.double.calls:
        assert call.request.repository.git_object_directory == "objects/incoming"
        assert call.metadata["gitaly-route-repository-accessor-policy"] == "primary-only"
        assert call.metadata["relative-path-bin"] == b"snapshot.git"


@pytest.mark.parametrize("method", WALKS)
class TestGitalyFails:
    def change(self, strict: Stage) -> str:
        return line(MAIN, old=strict.base, new=strict.repository.commit(strict.base, files={"a": "x"}))

    @pytest.mark.parametrize(
        "code",
        [
            grpc.StatusCode.UNAVAILABLE,
            grpc.StatusCode.INTERNAL,
            grpc.StatusCode.UNAUTHENTICATED,
            grpc.StatusCode.PERMISSION_DENIED,
            grpc.StatusCode.UNIMPLEMENTED,
            grpc.StatusCode.INVALID_ARGUMENT,
        ],
    )
    def test_a_failure_lets_nothing_through(self, strict: Stage, method: str, code: grpc.StatusCode) -> None:
        strict.double.fail(method, code)

        assert strict.push(self.change(strict)) == (503, NO_GITALY)

    def test_exhaustion_is_told(self, strict: Stage, method: str) -> None:
        strict.double.fail(method, grpc.StatusCode.RESOURCE_EXHAUSTED)

        response = strict.ask(self.change(strict))

        assert response.status_code == 503
        assert response.json() == {"message": "Upstream Gitaly has been exhausted. Try again later"}

    def test_silence_ends_with_the_budget(
        self, strict: Stage, method: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deadline, "BUDGET", 1.0)
        strict.double.delay(method, seconds=1.5)

        status, text = strict.push(self.change(strict))

        assert status == 503
        assert text is not None
        assert re.sub(r"\d+(\.\d+)?ms", "Nms", text).startswith(
            "Push operation timed out\n\nTiming information for debugging purposes:\n"
            "Running checks for ref: main\n"
            "Checking if you are allowed to push... (Nms)\n"
            "Checking if default branch is being deleted... (Nms)\n"
            "Checking if you are force pushing to a protected branch... (Nms)\n"
        )
        assert "(cancelled after" in text.splitlines()[-1]


def test_the_blocks_stand_in_their_order(
    strict: Stage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    PushRuleFactory._meta.model.objects.update(branch_name_regex=".", deny_delete_tag=True)
    strict.repository.set("refs/tags/v1", strict.base)
    monkeypatch.setattr(deadline, "BUDGET", 1.0)
    strict.double.delay("RefExists", seconds=1.5)
    new = strict.repository.commit(strict.base, files={"a": "x"})

    _, text = strict.push(line(MAIN, old=strict.base, new=new), deletion("refs/tags/v1"))

    assert text is not None
    assert re.sub(r"\d+(\.\d+)?ms", "Nms", text).splitlines() == [
        "Push operation timed out",
        "",
        "Timing information for debugging purposes:",
        "Running checks for ref: main",
        "Checking if you are allowed to push... (Nms)",
        "Checking if default branch is being deleted... (Nms)",
        "Checking if you are force pushing to a protected branch... (Nms)",
        "Validating diffs' file paths... (Nms)",
        "Running checks for ref: v1",
        "Checking if you are allowed to push... (Nms)",
        "Checking if you are allowed to change existing tags... (Nms)",
        "Checking if you are providing a valid tag name... (Nms)",
        "Checking if you are creating, updating or deleting a protected tag... (Nms)",
        "Scanning repository for blobs stored in LFS and verifying their files have been uploaded to "
        "GitLab... (Nms)",
        "Checking for blobs over the file size limit (Nms)",
        "Checking if branch follows the naming patterns defined by the project... (Nms)",
        "Checking if commits follow defined push rules... (Nms)",
        "Checking if you are allowed to delete a tag... (cancelled after Nms)",
        "Running checks for 2 changes (cancelled after Nms)",
    ]
