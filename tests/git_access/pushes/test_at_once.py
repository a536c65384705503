"""Several pushes at once in one process: they wait for Gitaly side by side, and not all threads wait."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from apps.git_access.access import authorize
from apps.git_access.context.attempt import Action, Command
from apps.git_access.context.changes import from_lines
from apps.git_access.context.places import BUSY
from apps.git_access.models import BranchRight, ProtectedBranchAccess
from apps.ssh_keys.actors import Claim
from tests.factories.git_access import ProtectedBranchFactory, PushRuleFactory
from tests.git_access.allowed.asking import GRANTED, MAIN, line
from tests.git_access.pushes.conftest import Stage


def at_once(stage: Stage, *changes: str) -> None:
    """Make each push in a thread of its own; all of them have to be accepted."""

    def push(change: str) -> None:
        command = Command(
            claim=Claim(key_id=stage.key.pk),
            action=Action.RECEIVE_PACK,
            protocol="ssh",
            gl_repository=f"project-{stage.project.pk}",
            changes=from_lines(change),
        )
        try:
            authorize.authorize(command, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(changes)) as threads:
        list(threads.map(push, changes))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["CommitIsAncestor", "ListCommits", "ListBlobs", "ListLFSPointers"])
def test_pushes_wait_for_gitaly_side_by_side(stage: Stage, method: str) -> None:
    rule = ProtectedBranchFactory.create(project=stage.project)
    ProtectedBranchAccess.objects.create(rule=rule, right=BranchRight.PUSH, access_level=40)
    PushRuleFactory.create(project=stage.project, max_file_size=1, commit_message_regex=".")
    new = [stage.repository.commit(stage.base, files={name: name}) for name in ("a", "b")]
    stage.double.let_meet(method, count=2)

    at_once(stage, *(line(MAIN, old=stage.base, new=commit) for commit in new))

    assert stage.asked.count(method) == 2


@pytest.mark.django_db
def test_a_push_beyond_the_bound_is_refused_with_a_sentence(stage: Stage, settings: Settings) -> None:
    settings.PUSHES_AT_ONCE = 0
    new = stage.repository.commit(stage.base, files={"a": "a"})
    change = line(MAIN, old=stage.base, new=new)

    refused = stage.ask(change)
    beforehand = stage.ask("_any")
    settings.PUSHES_AT_ONCE = 1
    accepted = [stage.push(change) for _ in range(2)]

    assert (refused.status_code, refused.json()) == (503, {"message": BUSY})
    assert beforehand.status_code == 200
    assert accepted == [GRANTED] * 2
