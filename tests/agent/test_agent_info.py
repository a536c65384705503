"""GitLab Agent information."""

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from apps.agent.models import Agent
from apps.directory.models import FeatureFlag
from tests.callers import Caller

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["kubernetes/agent_info", "agents/agentk/agent_info"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_tells_who_the_agent_is_and_how_to_reach_its_project(
    agent_kas: Caller, agent: Agent, path: str, slash: str
) -> None:
    response = agent_kas.get(path + slash)

    project = agent.project
    assert response.status_code == 200
    assert response.json() == {
        "project_id": project.pk,
        "agent_id": agent.pk,
        "agent_name": "production",
        "gitaly_info": {"address": "unix:/run/gitaly.socket", "token": "gitaly-token", "features": {}},
        "gitaly_repository": {
            "storage_name": "default",
            "relative_path": response.json()["gitaly_repository"]["relative_path"],
            "gl_repository": f"project-{project.pk}",
            "gl_project_path": project.full_path,
        },
        "default_branch": "main",
    }


def test_the_path_on_disk_is_hashed_unless_the_project_has_its_own(agent_kas: Caller, agent: Agent) -> None:
    hashed = agent_kas.get("kubernetes/agent_info").json()["gitaly_repository"]["relative_path"]
    agent.project.disk_path = "old/place"
    agent.project.save()

    own = agent_kas.get("kubernetes/agent_info").json()["gitaly_repository"]["relative_path"]

    assert hashed.startswith("@hashed/")
    assert hashed.endswith(".git")
    assert own == "old/place.git"


@pytest.mark.parametrize("path", ["agent_info", "project_info?id={id}"])
def test_a_storage_that_nobody_configured_is_not_available(
    agent_kas: Caller, agent: Agent, settings: Settings, path: str
) -> None:
    settings.GITALY_STORAGES = {}

    response = agent_kas.get(f"kubernetes/{path.format(id=agent.project.pk)}")

    assert (response.status_code, response.json()) == (503, {"message": "503 Service Unavailable"})


def test_a_storage_without_token_has_null(agent_kas: Caller, settings: Settings) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "tcp://gitaly:8075"}}

    info = agent_kas.get("kubernetes/agent_info").json()["gitaly_info"]

    assert info == {"address": "tcp://gitaly:8075", "token": None, "features": {}}


def test_the_flags_meant_for_gitaly_are_texts(agent_kas: Caller, agent: Agent) -> None:
    FeatureFlag.objects.create(name="gitaly_go_find", enabled=True)
    FeatureFlag.objects.create(name="gitaly_off")
    FeatureFlag.objects.create(name="gitaly_here").projects.add(agent.project)
    FeatureFlag.objects.create(name="other", enabled=True)

    features = agent_kas.get("kubernetes/agent_info").json()["gitaly_info"]["features"]

    assert features == {
        "gitaly-feature-go-find": "true",
        "gitaly-feature-here": "true",
        "gitaly-feature-off": "false",
    }


def test_names_the_default_branch_of_the_project(agent_kas: Caller, agent: Agent) -> None:
    agent.project.default_branch = "trunk"
    agent.project.save()

    assert agent_kas.get("kubernetes/agent_info").json()["default_branch"] == "trunk"


def test_an_agent_ends_with_its_project(agent_kas: Caller, agent: Agent) -> None:
    agent.project.pending_delete = True
    agent.project.save()

    response = agent_kas.get("kubernetes/agent_info")

    assert (response.status_code, response.json()) == (404, {"message": "404 Not Found"})


def test_asks_the_database_once(agent_kas: Caller, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    FeatureFlag.objects.create(name="gitaly_go_find", enabled=True)
    agent_kas.get("kubernetes/agent_info")  # keeps the token's last use, for the next 40 minutes

    with django_assert_num_queries(1):
        agent_kas.get("kubernetes/agent_info")
