"""Who an agent is: its token, which kas passes on beside its own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from apps.agent import tokens
from apps.agent.models import Agent, AgentToken
from tests.callers import Caller
from tests.factories.agent import issue_token

pytestmark = pytest.mark.django_db
REFUSED = {"message": "401 Unauthorized"}
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

NEEDING_TOKEN = [
    ("GET", "kubernetes/agent_info"),
    ("GET", "agents/agentk/agent_info"),
    ("GET", "kubernetes/project_info"),
    ("GET", "kubernetes/verify_project_access"),
    ("POST", "kubernetes/modules/cilium_alert"),
    ("PUT", "kubernetes/modules/starboard_vulnerability"),
    ("POST", "kubernetes/modules/starboard_vulnerability/scan_result"),
]


def asked(kas: Caller, **headers: str) -> Any:
    return kas.request("GET", "kubernetes/agent_info", headers=headers)


def test_a_token_is_fifty_characters_of_an_address_and_only_its_digest_is_kept(agent: Agent) -> None:
    token, text = tokens.issue(agent=agent, name="first")

    assert len(text) == 50
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert token.token_digest == tokens.digest(text)
    assert text not in str(AgentToken.objects.values().get())


@pytest.mark.parametrize("form", ["Bearer {}", "Token {}", "Bearer  {} "])
def test_takes_the_token_from_the_authorization(kas: Caller, agent_token: str, form: str) -> None:
    assert asked(kas, Authorization=form.format(agent_token)).status_code == 200


def test_takes_the_token_from_its_own_header_first(kas: Caller, agent_token: str) -> None:
    own = {"Gitlab-Agent-Api-Request": agent_token}

    assert asked(kas, **own).status_code == 200
    assert asked(kas, **own, Authorization="Bearer wrong").status_code == 200
    wrong = {"Gitlab-Agent-Api-Request": "wrong"}
    assert asked(kas, **wrong, Authorization=f"Bearer {agent_token}").status_code == 401
    empty = {"Gitlab-Agent-Api-Request": ""}
    assert asked(kas, **empty, Authorization=f"Bearer {agent_token}").status_code == 200


@pytest.mark.parametrize(
    "form", ["bearer {}", "BEARER {}", "Basic {}", "{}", "Bearer{}", "Bearer", "Bearer "]
)
def test_any_other_scheme_counts_as_no_token(kas: Caller, agent_token: str, form: str) -> None:
    response = asked(kas, Authorization=form.format(agent_token))

    assert (response.status_code, response.json()) == (401, REFUSED)


@pytest.mark.parametrize("text", ["unknown", "\u00e4", "x" * 5_000])
def test_an_unknown_token_is_refused(kas: Caller, text: str) -> None:
    response = asked(kas, Authorization=f"Bearer {text}")

    assert (response.status_code, response.json()) == (401, REFUSED)


def test_a_revoked_token_is_refused_and_others_are_not(kas: Caller, agent: Agent, agent_token: str) -> None:
    other = issue_token(agent)
    AgentToken.objects.filter(token_digest=tokens.digest(agent_token)).revoke(at=NOW)

    response = asked(kas, Authorization=f"Bearer {agent_token}")

    assert (response.status_code, response.json()) == (401, REFUSED)
    assert asked(kas, Authorization=f"Bearer {other}").status_code == 200


@pytest.mark.parametrize(("method", "path"), NEEDING_TOKEN)
@pytest.mark.parametrize("slash", ["", "/"])
def test_every_endpoint_for_agents_needs_both_tokens(
    kas: Caller, stranger: Caller, agent_token: str, method: str, path: str, slash: str
) -> None:
    bearer = {"Authorization": f"Bearer {agent_token}"}

    without_agent = kas.request(method, path + slash)
    without_kas = stranger.request(method, path + slash, headers=bearer)

    assert (without_agent.status_code, without_agent.json()) == (401, REFUSED)
    assert without_kas.status_code == 401
    assert without_kas.json() == {"message": "KAS JWT authentication invalid"}


@pytest.mark.parametrize(("method", "path"), [*NEEDING_TOKEN, ("POST", "kubernetes/usage_metrics")])
def test_routing_comes_before_everything(stranger: Caller, method: str, path: str) -> None:
    response = stranger.request("DELETE", path, "{", content_type="application/json")

    assert (response.status_code, response.json()) == (405, {"error": "405 Not Allowed"})
    assert method in response.headers["Allow"]


@pytest.mark.parametrize(("method", "path"), [row for row in NEEDING_TOKEN if row[0] != "GET"])
def test_the_body_comes_before_authentication(stranger: Caller, method: str, path: str) -> None:
    malformed = stranger.request(method, path, "{", content_type="application/json")
    unsupported = stranger.request(method, path, "<a/>", content_type="application/xml")

    assert malformed.status_code == 400
    assert malformed.json() == {
        "error": "\nProblem:\n  message body does not match declared format\nResolution:\n  "
        "when specifying application/json as content-type, you must pass valid application/json "
        "in the request's 'body' "
    }
    assert unsupported.status_code == 415
    text = "The provided content-type 'application/xml' is not supported."
    assert unsupported.json() == {"error": text}


def test_an_unknown_path_is_not_found_by_anybody(stranger: Caller) -> None:
    response = stranger.get("kubernetes/unknown")

    assert (response.status_code, response.json()) == (404, {"error": "404 Not Found"})


def test_use_is_kept_even_if_the_request_fails_validation(agent_kas: Caller) -> None:
    before = AgentToken.objects.get()

    assert agent_kas.post("kubernetes/modules/cilium_alert").status_code == 400

    after = AgentToken.objects.get()
    assert after.last_used_at is not None
    assert after.updated_at == before.updated_at


@pytest.mark.parametrize(("minutes", "written"), [(39, False), (56, True)])
def test_use_is_kept_never_within_forty_minutes_and_always_after_fifty_five(
    agent_token: str, minutes: int, written: bool
) -> None:
    then = NOW - timedelta(minutes=minutes)
    AgentToken.objects.update(last_used_at=then)

    tokens.note_use(token=AgentToken.objects.get(), now=NOW)

    assert AgentToken.objects.get().last_used_at == (NOW if written else then)


def test_a_use_that_cannot_be_kept_fails_nothing(
    agent_token: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    token = AgentToken.objects.get()

    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr("django.db.models.query.QuerySet.update", fail)
    tokens.note_use(token=token, now=NOW)

    assert "last use of an agent token" in caplog.text
