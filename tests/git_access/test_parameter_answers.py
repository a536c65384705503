"""What the endpoints about Git commands answer to bodies that are not quite right, written down once.

An answer that is meant to change is changed in `parameter_answers.json`, by the text that its case has.
"""

from typing import Any

import pytest
from pytest_django import Settings

from tests.callers import Caller
from tests.parameter_cases import written_down
from tests.shell_answers import answers, load_the_examples

pytestmark = pytest.mark.django_db

ACTOR: dict[str, Any] = {"key_id": "11", "user_id": 29, "username": "rubi", "identifier": "user-1"}
FINISHED: dict[str, Any] = {
    "identifier": "user-1",
    "gl_repository": "project-7",
    "push_options": ["a"],
    "changes": f"{'0' * 40} {'f' * 40} refs/heads/topic\n",
    "gitaly_client_context_bin": "",
}
AUDITED: dict[str, Any] = {
    "key_id": "11",
    "action": "git-upload-pack",
    "protocol": "ssh",
    "gl_repository": "project-7",
    "changes": "_any",
    "check_ip": "192.0.2.7",
    "packfile_stats": {"wants": 1, "haves": "0"},
}
ENDPOINTS: dict[str, tuple[str, dict[str, Any]]] = {
    "lfs_authenticate": (
        "POST",
        {"gl_repository": "project-7", "project": "gnuwget/wget2", **ACTOR, "operation": "download"},
    ),
    "pre_receive": ("POST", {"gl_repository": "project-7"}),
    "post_receive": ("POST", FINISHED),
    "shellhorse/git_audit_event": ("POST", AUDITED),
    "lfs": ("GET", {"oid": "0" * 64, "gl_repository": "project-7"}),
}


@pytest.mark.parametrize("path", ENDPOINTS)
def test_the_answers_are_those_that_were_written_down(path: str, shell: Caller, settings: Settings) -> None:
    load_the_examples()
    settings.GITALY_STORAGES = {"default": {"address": "unix:/nobody.socket"}}
    settings.GIT_AUDIT_EVENTS_ENABLED = True
    method, body = ENDPOINTS[path]

    assert answers(shell, method, path, body) == written_down(__file__, path)
