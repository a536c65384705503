"""GitLab Agent project information, and who may read what."""

from typing import Any
from urllib.parse import urlencode

import pytest

from apps.agent.models import Agent
from apps.directory.models import FeatureLevel, Project, Visibility
from tests.callers import Caller
from tests.factories.directory import GroupFactory, MemberFactory, ProjectFactory, RedirectRouteFactory

pytestmark = pytest.mark.django_db
NOT_FOUND = {"message": "404 Not Found"}


def public(**fields: Any) -> Project:
    return ProjectFactory.create(visibility_level=Visibility.PUBLIC, **fields)


def asked(caller: Caller, project_id: Any, path: str = "project_info") -> Any:
    return caller.get(f"kubernetes/{path}", id=project_id)


def test_tells_how_to_reach_a_public_project(agent_kas: Caller) -> None:
    project = public(disk_path="g/p", default_branch="trunk")

    response = asked(agent_kas, project.pk)

    assert response.status_code == 200
    assert response.json() == {
        "project_id": project.pk,
        "gitaly_info": {"address": "unix:/run/gitaly.socket", "token": "gitaly-token", "features": {}},
        "gitaly_repository": {
            "storage_name": "default",
            "relative_path": "g/p.git",
            "gl_repository": f"project-{project.pk}",
            "gl_project_path": project.full_path,
        },
        "default_branch": "trunk",
    }


@pytest.mark.parametrize("change", [str, str.upper, lambda path: f"{path}".title()])
def test_a_path_is_found_in_any_case(agent_kas: Caller, change: Any) -> None:
    project = public(namespace=GroupFactory.create(path="Group"), path="Project")

    assert asked(agent_kas, change(project.full_path)).json()["project_id"] == project.pk


def test_the_path_comes_percent_encoded(agent_kas: Caller) -> None:
    project = public()
    query = urlencode({"id": project.full_path})
    assert "%2F" in query

    assert agent_kas.request("GET", f"kubernetes/project_info?{query}").json()["project_id"] == project.pk


def test_the_agents_own_project_may_be_private(agent_kas: Caller, agent: Agent) -> None:
    assert asked(agent_kas, agent.project_id).status_code == 200
    assert asked(agent_kas, agent.project_id, "verify_project_access").status_code == 204


@pytest.mark.parametrize("path", ["project_info", "verify_project_access"])
@pytest.mark.parametrize(
    "fields",
    [
        {"visibility_level": Visibility.PRIVATE},
        {"visibility_level": Visibility.INTERNAL},
        {"visibility_level": Visibility.PUBLIC, "repository_access_level": FeatureLevel.PRIVATE},
        {"visibility_level": Visibility.PUBLIC, "repository_access_level": FeatureLevel.DISABLED},
        {"visibility_level": Visibility.PUBLIC, "pending_delete": True},
    ],
)
def test_any_other_project_does_not_exist(
    agent_kas: Caller, agent: Agent, fields: dict[str, Any], path: str
) -> None:
    project = ProjectFactory.create(**fields)
    MemberFactory.create(project=project, user=agent.created_by)  # memberships do not count

    response = asked(agent_kas, project.pk, path)

    assert (response.status_code, response.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("path", ["project_info", "verify_project_access"])
@pytest.mark.parametrize(
    "project_id", ["", " ", "0", "-1", "1.5", "project", "g/p", "/", "9" * 30, "g/\0", "\u0661", "%2F"]
)
def test_what_names_no_project_is_not_found(agent_kas: Caller, project_id: str, path: str) -> None:
    response = asked(agent_kas, project_id, path)

    assert (response.status_code, response.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("query", ["", "?id[]=1", "?id[a]=1"])
def test_an_id_that_is_missing_or_no_text_is_not_found(agent_kas: Caller, query: str) -> None:
    response = agent_kas.request("GET", f"kubernetes/project_info{query}")

    assert (response.status_code, response.json()) == (404, NOT_FOUND)


def test_a_renamed_project_is_not_found_under_its_old_path(agent_kas: Caller) -> None:
    RedirectRouteFactory.create(path="old/path", project=public())

    assert asked(agent_kas, "old/path").status_code == 404


def test_a_public_project_may_be_verified(agent_kas: Caller) -> None:
    assert asked(agent_kas, public().full_path, "verify_project_access").status_code == 204


def test_an_agent_ends_with_its_project(agent_kas: Caller, agent: Agent) -> None:
    agent.project.pending_delete = True
    agent.project.save()

    assert asked(agent_kas, public().pk).status_code == 404
