"""What kas has read in an agent's repository."""

import json
from typing import Any

import pytest

from apps.agent.models import Agent, AgentAuthorization
from tests.callers import Caller
from tests.factories.agent import AgentFactory
from tests.factories.directory import GroupFactory, PersonalNamespaceFactory, ProjectFactory, subgroup

pytestmark = pytest.mark.django_db
PATH = "kubernetes/agent_configuration"


def sent(kas: Caller, agent: Agent, ci_access: Any, slash: str = "") -> None:
    response = kas.post(PATH + slash, agent_id=agent.pk, agent_config={"ci_access": ci_access})
    assert response.status_code == 204


def kept(agent: Agent) -> dict[str, Any]:
    return {
        str(authorization).removeprefix(f"{agent} for "): authorization.configuration
        for authorization in agent.authorizations.order_by("pk")
    }


@pytest.mark.parametrize("slash", ["", "/"])
def test_keeps_projects_and_groups_of_the_root_namespace(kas: Caller, slash: str) -> None:
    root = GroupFactory.create(path="Root")
    agent = AgentFactory.create(project=ProjectFactory.create(namespace=subgroup(root, path="config")))
    ProjectFactory.create(namespace=subgroup(root, path="apps"), path="Web")
    outside = ProjectFactory.create()

    sent(
        kas,
        agent,
        {
            "projects": [
                {"id": "root/APPS/web", "default_namespace": "web"},
                {"id": outside.full_path},
                {"id": "root/none"},
            ],
            "groups": [
                {"id": "ROOT"},
                {"id": "root/apps", "environments": ["a"]},
                {"id": outside.namespace.full_path},
            ],
        },
        slash,
    )

    assert kept(agent) == {
        "Root/apps/Web": {"default_namespace": "web"},
        "Root": {},
        "Root/apps": {"environments": ["a"]},
    }


def test_new_lists_replace_the_old_ones(kas: Caller, agent: Agent) -> None:
    project, group = agent.project, agent.project.namespace
    sent(kas, agent, {"projects": [{"id": project.full_path}], "groups": [{"id": group.full_path}]})
    sent(kas, agent, {"projects": [{"id": project.full_path, "x": 1}]})
    assert kept(agent) == {project.full_path: {"x": 1}}

    sent(kas, agent, {})
    assert kept(agent) == {}


@pytest.mark.parametrize(
    "ci_access", [None, "x", [], {"projects": None, "groups": "x"}, {"projects": [None, 5, {}, {"id": 5}]}]
)
def test_malformed_entries_do_not_count(kas: Caller, agent: Agent, ci_access: Any) -> None:
    sent(kas, agent, ci_access)

    assert kept(agent) == {}


def test_five_hundred_entries_count(kas: Caller, agent: Agent) -> None:
    path = agent.project.full_path
    others = [{"id": f"g/p{number}"} for number in range(499)]
    sent(kas, agent, {"projects": [*others, {"id": path}]})
    assert list(kept(agent)) == [path]

    sent(kas, agent, {"projects": [*others, {"id": "g/last"}, {"id": path}]})
    assert kept(agent) == {}


def test_an_agent_in_a_personal_namespace_serves_its_projects(kas: Caller) -> None:
    project = ProjectFactory.create(namespace=PersonalNamespaceFactory.create())
    agent = AgentFactory.create(project=project)

    sent(
        kas, agent, {"projects": [{"id": project.full_path}], "groups": [{"id": project.namespace.full_path}]}
    )

    assert list(kept(agent)) == [project.full_path]


def test_the_configuration_may_be_text(kas: Caller, agent: Agent) -> None:
    config = json.dumps({"ci_access": {"projects": [{"id": agent.project.full_path}]}})

    response = kas.post(PATH, agent_id=str(agent.pk), agent_config=config)

    assert response.status_code == 204
    assert AgentAuthorization.objects.count() == 1


def test_an_unknown_agent_is_not_found(kas: Caller) -> None:
    response = kas.post(PATH, agent_id=17, agent_config={})

    assert (response.status_code, response.json()) == (404, {"message": "404 Not found"})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "agent_id is missing, agent_config is missing"),
        ({"agent_id": None, "agent_config": None}, "agent_id is invalid, agent_config is invalid"),
        ({"agent_id": "", "agent_config": ""}, "agent_id is invalid, agent_config is invalid"),
        ({"agent_id": "x", "agent_config": "x"}, "agent_id is invalid, agent_config is invalid"),
        ({"agent_id": 2**31, "agent_config": "[]"}, "agent_id is invalid, agent_config is invalid"),
        ({"agent_id": 1, "agent_config": []}, "agent_config is invalid"),
        ({"agent_id": 1, "agent_config": {"x": "\0"}}, "agent_config is invalid"),
    ],
)
def test_errors(kas: Caller, body: dict[str, Any], error: str) -> None:
    response = kas.post(PATH, **body)

    assert (response.status_code, response.json()) == (400, {"error": error})


def test_people_are_let_in_by_a_list_of_their_own(kas: Caller, agent: Agent) -> None:
    project, group = agent.project, agent.project.namespace
    outside = ProjectFactory.create()
    access = {
        "access_as": {"user": {}},
        "projects": [{"id": project.full_path.upper(), "x": 1}, {"id": outside.full_path}, {"id": 5}, None],
        "groups": [{"id": group.full_path}, {"id": group.full_path}],
    }
    configuration = {"ci_access": {"groups": [{"id": group.full_path}]}, "user_access": access}

    response = kas.post(PATH, agent_id=str(agent.pk), agent_config=configuration)

    assert response.status_code == 204
    assert admitted(agent) == {
        project.full_path: {"access_as": {"user": {}}},
        group.full_path: {"access_as": {"user": {}}},
    }
    assert kept(agent) == {group.full_path: {}}


@pytest.mark.parametrize("access", [None, "x", [], {}, {"projects": "x", "groups": {"id": 1}}])
def test_an_absent_or_malformed_part_lets_nobody_in(kas: Caller, agent: Agent, access: Any) -> None:
    agent.user_access.create(project=agent.project)

    response = kas.post(PATH, agent_id=agent.pk, agent_config={"user_access": access})

    assert response.status_code == 204
    assert admitted(agent) == {}


def test_without_a_way_to_come_an_entry_is_kept_bare(kas: Caller, agent: Agent) -> None:
    kas.post(
        PATH,
        agent_id=agent.pk,
        agent_config={"user_access": {"projects": [{"id": agent.project.full_path}]}},
    )

    assert admitted(agent) == {agent.project.full_path: {}}


def admitted(agent: Agent) -> dict[str, Any]:
    return {
        str(row).removeprefix(f"{agent} for members of "): row.configuration
        for row in agent.user_access.order_by("pk")
    }
