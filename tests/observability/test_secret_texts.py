"""What looks like a secret, or is one, does not reach a log whatever it is called."""

import base64

import jwt
import pytest
import structlog

from apps.core.observability.secret_texts import without_secrets, without_secrets_in
from tests.api.logs import LogLines
from tests.environment import KAS_SECRET, SECRET_KEY, SHELL_SECRET, WORKHORSE_SECRET

KEY = "AAAAB3NzaC1yc2EAAAADAQABAAABAQDkeiXAuHy3JSyZGoVxGzPUa0xiCe9aoZtsl4rE"
TOKEN = jwt.encode({"iss": "gitlab-shell"}, "k" * 32, "HS256")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GET /check?secret_token=abc&key_id=1", "GET /check?secret_token=[redacted]&key_id=1"),
        ("{'secret_token': 'abc', 'key_id': 1}", "{'secret_token': '[redacted]', 'key_id': 1}"),
        ('{"password":"a b"}', '{"password":"[redacted] b"}'),
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("private_token=x", "private_token=[redacted]"),
        ("otp_attempt=123456", "otp_attempt=[redacted]"),
        (f"bad header {TOKEN}", "bad header [redacted]"),
        ("found glpat-0123456789abcdefghij.", "found [redacted]."),
        (f"/api/v4/internal/glpat-{'x' * 20}/y", "/api/v4/internal/[redacted]/y"),
        (f"ssh-rsa {KEY} me", "ssh-rsa [redacted] me"),
        (f"v2.{'0' * 64}.1700000000", "[redacted]"),
        ("postgres://gitlab:hush@db/prod", "postgres://[redacted]@db/prod"),
        ("postgres://gitlab:h@sh@db/prod?x=a@b", "postgres://[redacted]@db/prod?x=a@b"),
        ("cannot reach redis://hush@db:6379/0", "cannot reach redis://[redacted]@db:6379/0"),
        (f"agent {'aB3' * 16}xy said", "agent [redacted] said"),
        ("GET /oMXzWG1g9dKsRbYm6gQu-vyYFA9DPvnmEAt3KWOk3dUy6sDxoS/x", "GET /[redacted]/x"),
        (SHELL_SECRET.strip(), "[redacted]"),
        (f"is {base64.b64encode(SHELL_SECRET.encode()).decode()}", "is [redacted]"),
        (f"is {base64.b64encode(SHELL_SECRET.strip().encode()).decode()}", "is [redacted]="),
        (KAS_SECRET.strip(), "[redacted]="),
        (WORKHORSE_SECRET.strip(), "[redacted]="),
        (f"signed with {SECRET_KEY}", "signed with [redacted]"),
    ],
)
def test_a_secret_is_struck_out_and_the_rest_stays(text: str, kept: str) -> None:
    assert without_secrets(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "worker lost",
        "/api/v4/namespaces/gnuwget%2Fwget2/gitlab_subscription",
        "fedcba9876543210fedcba9876543210fedcba98",
        "apps.git_access.pushes.tasks.process_push",
        "/opt/gitlab-internal/.venv/lib/python3.11/site-packages/django/db/backends/utils.py",
        "http://localhost:3001/-/health",
        "token_id=4 agent_id=7",
        "test_a_worker_that_has_died_is_still_the_last_one_heard_of",
    ],
)
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text


def test_values_are_struck_out_at_any_depth() -> None:
    value = {"data": {"Token": 5, "list": ["glpat-0123456789abcdefghij", 1]}, "n": None}

    assert without_secrets_in(value) == {
        "data": {"Token": "[redacted]", "list": ["[redacted]", 1]},
        "n": None,
    }


def test_what_an_exception_says_is_struck_out(log_lines: LogLines) -> None:
    try:
        raise ValueError("no such token: glpat-0123456789abcdefghij")
    except ValueError:
        structlog.get_logger("anybody").exception("failed", header=TOKEN)

    (line,) = log_lines()
    assert line["header"] == "[redacted]"
    assert line["exception"][0]["exc_value"] == "no such token: [redacted]"
    assert TOKEN not in log_lines.text()
