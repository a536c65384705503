"""Locks over HTTP: listing, locking, verifying and unlocking."""

from typing import Any

import pytest
from django.utils import timezone

from apps.directory.models import Project, User
from apps.git_access.lfs import tokens
from apps.git_access.models import LfsFileLock
from apps.git_access.repositories import containers
from apps.ssh_keys import actors
from apps.ssh_keys.actors import Claim
from tests.factories.git_access import LfsFileLockFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.workhorse.lfs.asking import ERROR_PAGE, FORBIDDEN, NOT_FOUND, GitLfs, refusal

pytestmark = pytest.mark.django_db
LOCKS = "/info/lfs/locks"
VERIFY = f"{LOCKS}/verify"


def lock(project: Project, path: str, name: str = "rubi") -> LfsFileLock:
    made: LfsFileLock = LfsFileLockFactory.create(
        project=project, path=path, user=User.objects.get(username=name)
    )
    return made


def shown(made: LfsFileLock) -> dict[str, Any]:
    return {
        "path": made.path,
        "id": str(made.pk),
        "locked_at": made.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "owner": {"name": made.user.username},
    }


def test_a_path_is_locked(dev: GitLfs, project: Project) -> None:
    status, body = dev.ask("POST", LOCKS, {"path": "a/b.bin", "ref": {"name": "refs/heads/main"}})

    made = LfsFileLock.objects.get()
    assert (made.project_id, made.path, made.user.username) == (project.pk, "a/b.bin", "rubi")
    assert (status, body) == (201, {"lock": shown(made)})
    assert list(body["lock"]) == ["path", "id", "locked_at", "owner"]


def test_a_locked_path_is_locked_for_everybody(dev: GitLfs, maintainer: GitLfs, project: Project) -> None:
    made = lock(project, "a.bin")
    taken = (409, {"lock": shown(made), "message": "already locked", **ERROR_PAGE})

    assert maintainer.ask("POST", LOCKS, {"path": "a.bin"}) == taken
    assert dev.ask("POST", LOCKS, {"path": "a.bin"}) == taken
    assert list(taken[1]) == ["lock", "message", "documentation_url"]


@pytest.mark.parametrize("path", [None, 5, [], "", " ", "\t"])
def test_there_is_no_lock_on_nothing(dev: GitLfs, path: Any) -> None:
    assert dev.ask("POST", LOCKS, {"path": path}) == refusal(422, "Path can't be blank")
    assert dev.ask("POST", LOCKS) == refusal(422, "Path can't be blank")


@pytest.mark.parametrize(
    "path", ["/abs", "./dot", "trail/", "a//b", "x/../y", "..", "a\0b", "a" * 1025, "\ud800"]
)
def test_there_is_no_lock_on_what_no_file_is_called(dev: GitLfs, path: str) -> None:
    assert dev.ask("POST", LOCKS, {"path": path}) == refusal(422, "Path is invalid")
    assert not LfsFileLock.objects.exists()


def test_locks_are_listed(reporter: GitLfs, dev: GitLfs, project: Project) -> None:
    first, second = lock(project, "a.bin"), lock(project, "b.bin")

    assert reporter.ask("GET", LOCKS) == (200, {"locks": [shown(first), shown(second)]})
    assert reporter.ask("GET", f"{LOCKS}?path=b.bin&refspec=refs/heads/x") == (
        200,
        {"locks": [shown(second)]},
    )
    assert reporter.ask("GET", f"{LOCKS}?id={first.pk}") == (200, {"locks": [shown(first)]})
    for nothing in ("path=c.bin", "id=x", "id=0", "path=%00", f"path=a.bin&id={second.pk}"):
        assert reporter.ask("GET", f"{LOCKS}?{nothing}") == (200, {"locks": []})


def test_locks_come_in_pages(reporter: GitLfs, dev: GitLfs, project: Project) -> None:
    made = [lock(project, f"{number}.bin") for number in range(5)]
    seen, cursor = [], ""
    for _ in range(3):
        _, body = reporter.ask("GET", f"{LOCKS}?limit=2&cursor={cursor}")
        seen += body["locks"]
        cursor = body.get("next_cursor", "")
        if not cursor:
            break

    assert seen == [shown(each) for each in made]
    assert body == {"locks": [shown(made[4])]}
    for odd in ("limit=0", "limit=101", "limit=x", "limit=-1", "cursor=x", "cursor=-1", "limit=9999999999"):
        assert len(reporter.ask("GET", f"{LOCKS}?{odd}")[1]["locks"]) == 5
    assert "next_cursor" not in reporter.ask("GET", f"{LOCKS}?limit=5")[1]
    assert reporter.ask("GET", f"{LOCKS}?cursor={made[4].pk}") == (200, {"locks": []})


def test_a_page_holds_a_hundred(reporter: GitLfs, dev: GitLfs, project: Project) -> None:
    user = User.objects.get(username="rubi")
    LfsFileLock.objects.bulk_create(
        LfsFileLock(project=project, path=f"{number}.bin", user=user) for number in range(101)
    )

    _, body = reporter.ask("GET", LOCKS)

    assert len(body["locks"]) == 100
    assert body["next_cursor"] == body["locks"][-1]["id"]


def test_ours_are_told_from_theirs(dev: GitLfs, maintainer: GitLfs, project: Project) -> None:
    mine, other = lock(project, "a.bin"), lock(project, "b.bin", "mona")

    assert dev.ask("POST", VERIFY, {"ref": {"name": "refs/heads/main"}}) == (
        200,
        {"ours": [shown(mine)], "theirs": [shown(other)]},
    )
    assert dev.ask("POST", VERIFY, {"limit": 1}) == (
        200,
        {"ours": [shown(mine)], "theirs": [], "next_cursor": str(mine.pk)},
    )
    assert dev.ask("POST", VERIFY, {"limit": 1, "cursor": str(mine.pk)}) == (
        200,
        {"ours": [], "theirs": [shown(other)]},
    )
    assert dev.ask("POST", f"{VERIFY}?path=b.bin", {"limit": 1, "ref": {}}) == (
        200,
        {"ours": [], "theirs": [shown(other)]},
    )
    assert dev.ask("POST", VERIFY) == (200, {"ours": [shown(mine)], "theirs": [shown(other)]})


def test_who_may_not_push_verifies_nothing(reporter: GitLfs, stranger: GitLfs) -> None:
    assert reporter.ask("POST", VERIFY, {}) == FORBIDDEN
    assert reporter.ask("POST", LOCKS, {"path": "a"}) == FORBIDDEN
    assert stranger.ask("POST", VERIFY, {}) == NOT_FOUND
    assert stranger.ask("GET", LOCKS) == NOT_FOUND


def test_verifying_reads(dev: GitLfs, settings: Any) -> None:
    settings.READ_ONLY = True

    assert dev.ask("POST", VERIFY, {}) == (200, {"ours": [], "theirs": []})
    stopped = refusal(403, "You cannot perform write operations on a read-only instance")
    assert dev.ask("POST", LOCKS, {"path": "a"}) == stopped
    assert dev.ask("POST", f"{LOCKS}/1/unlock", {}) == stopped


def test_ones_own_lock_is_removed(dev: GitLfs, project: Project) -> None:
    made = lock(project, "a.bin")

    assert dev.ask("POST", f"{LOCKS}/{made.pk}/unlock") == (200, {"lock": shown(made)})
    assert not LfsFileLock.objects.exists()
    assert dev.ask("POST", f"{LOCKS}/{made.pk}/unlock", {"force": True}) == refusal(404, "Lock not found")
    assert dev.ask("POST", f"{LOCKS}/x/unlock", {}) == refusal(404, "Lock not found")


def test_another_s_lock_is_removed_by_force_of_a_maintainer(
    dev: GitLfs, maintainer: GitLfs, project: Project
) -> None:
    made, theirs = lock(project, "a.bin"), lock(project, "b.bin", "mona")
    unlock = f"{LOCKS}/{made.pk}/unlock"

    assert maintainer.ask("POST", unlock, {"force": False}) == refusal(403, "'a.bin' is locked by @rubi")
    assert maintainer.ask("POST", unlock, {"force": "true"}) == refusal(403, "'a.bin' is locked by @rubi")
    assert dev.ask("POST", f"{LOCKS}/{theirs.pk}/unlock", {"force": True}) == refusal(
        403, "You must have maintainer access to force delete a lock"
    )
    assert maintainer.ask("POST", unlock, {"force": True}) == (200, {"lock": shown(made)})


def test_another_project_s_lock_is_unknown(second: GitLfs, project: Project) -> None:
    made = lock(project, "a.bin")

    assert second.ask("POST", f"{LOCKS}/{made.pk}/unlock", {}) == refusal(404, "Lock not found")
    assert second.ask("GET", LOCKS) == (200, {"locks": []})


def test_a_deploy_key_locks_nothing(project: Project, user: User) -> None:
    key = DeployKeyFactory.create(user=user)
    DeployKeyGrantFactory.create(key=key, project=project, can_push=True)
    container, actor = containers.of_path("gnuwget/wget2"), actors.find(Claim(key_id=key.pk))
    given = tokens.authenticate(container=container, actor=actor, now=timezone.now())
    machine = GitLfs(given.username, given.token)
    made = lock(project, "a.bin")

    no = refusal(403, "You have no permissions")
    assert machine.ask("POST", LOCKS, {"path": "b"}) == no
    assert machine.ask("POST", f"{LOCKS}/{made.pk}/unlock", {}) == no
    assert machine.ask("POST", VERIFY, {}) == (200, {"ours": [shown(made)], "theirs": []})


def test_other_methods_are_refused_to_everybody(nobody: GitLfs) -> None:
    assert nobody.send("DELETE", LOCKS).status_code == 405
    assert nobody.send("GET", VERIFY).status_code == 405
