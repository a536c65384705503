"""A person reaches an agent's cluster through kas with a personal access token."""

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.agent.models import Agent, UserAccessAuthorization
from apps.directory.models import AccessLevel, Namespace, Project, User, UserState
from tests.callers import Caller
from tests.factories.agent import AgentFactory
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    PersonalAccessTokenFactory,
    ProjectFactory,
    UserFactory,
    subgroup,
)

if TYPE_CHECKING:
    from rest_framework.response import _MonkeyPatchedResponse as Response

pytestmark = pytest.mark.django_db
PATH = "kubernetes/authorize_proxy_user"
KEY = "glpat-0123456789abcdefghij"
FORBIDDEN = {"message": "403 Forbidden"}
AS_USER: dict[str, Any] = {"access_as": {"user": {}}}
AS_AGENT: dict[str, Any] = {"access_as": {"agent": {}}}
DEVELOPER = ["guest", "reporter", "developer"]


@pytest.fixture
def person() -> User:
    """The owner of the token that kas is shown."""
    user = UserFactory.create(username="dora")
    issue(user)
    return user


def issue(user: User, **fields: Any) -> None:
    digest = sha256(KEY.encode()).hexdigest()
    fields = {"scopes": ["k8s_proxy"], **fields}
    PersonalAccessTokenFactory.create(user=user, token_digest=digest, **fields)


def ask(kas: Caller, agent: Agent, slash: str = "", **more: Any) -> "Response":
    given = {"agent_id": agent.pk, "access_type": "personal_access_token", "access_key": KEY, **more}
    return kas.post(PATH + slash, **given)


def let_in(agent: Agent, *sources: Project | Namespace, **configuration: Any) -> None:
    for source in sources:
        kind = "project" if isinstance(source, Project) else "group"
        UserAccessAuthorization.objects.create(
            agent=agent, configuration=configuration or AS_USER, **{kind: source}
        )


def member(user: User, source: Project | Namespace, level: int = AccessLevel.DEVELOPER, **more: Any) -> None:
    kind = "project" if isinstance(source, Project) else "group"
    MemberFactory.create(user=user, access_level=level, **{kind: source}, **more)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_developer_comes_as_user_with_the_roles_held(
    kas: Caller, agent: Agent, person: User, slash: str
) -> None:
    root = GroupFactory.create()
    below, maintained = subgroup(root), GroupFactory.create()
    project = ProjectFactory.create(namespace=below)
    let_in(agent, maintained, project, below, root, ProjectFactory.create())
    member(person, root)
    member(person, maintained, AccessLevel.MAINTAINER)
    member(person, project, AccessLevel.OWNER)

    answer = ask(kas, agent, slash)

    assert answer.status_code == 200
    assert answer.json() == {
        "agent": {"id": agent.pk, "config_project": {"id": agent.project_id}},
        "user": {"id": person.pk, "username": "dora"},
        "access_as": {
            "user": {
                "projects": [{"id": project.pk, "roles": [*DEVELOPER, "maintainer", "owner"]}],
                "groups": [
                    {"id": root.pk, "roles": DEVELOPER},
                    {"id": below.pk, "roles": DEVELOPER},
                    {"id": maintained.pk, "roles": [*DEVELOPER, "maintainer"]},
                ],
            }
        },
    }


def test_a_developer_comes_as_agent_and_kas_writes_ids_as_text(
    kas: Caller, agent: Agent, person: User
) -> None:
    let_in(agent, agent.project, **AS_AGENT)
    member(person, agent.project)

    answer = ask(kas, agent, agent_id=str(agent.pk))

    assert answer.status_code == 200
    assert answer.json()["access_as"] == {"agent": {}}


def test_an_administrator_is_owner_of_every_entry(kas: Caller, agent: Agent) -> None:
    issue(UserFactory.create(admin=True))
    let_in(agent, agent.project)

    answer = ask(kas, agent)

    roles = [*DEVELOPER, "maintainer", "owner"]
    entry = {"id": agent.project_id, "roles": roles}
    assert answer.json()["access_as"] == {"user": {"projects": [entry], "groups": []}}


def test_a_reporter_is_not_let_in(kas: Caller, agent: Agent, person: User) -> None:
    let_in(agent, agent.project, agent.project.namespace)
    member(person, agent.project, AccessLevel.REPORTER)
    member(person, agent.project.namespace, AccessLevel.GUEST)

    assert (ask(kas, agent).status_code, ask(kas, agent).json()) == (403, FORBIDDEN)


def test_an_expired_membership_does_not_count(kas: Caller, agent: Agent, person: User) -> None:
    let_in(agent, agent.project)
    member(person, agent.project, expires_at=timezone.now().date() - timedelta(days=1))

    assert ask(kas, agent).json() == FORBIDDEN


def test_membership_of_the_agents_own_project_gives_nothing_by_itself(
    kas: Caller, agent: Agent, person: User
) -> None:
    member(person, agent.project, AccessLevel.OWNER)
    assert ask(kas, agent).json() == FORBIDDEN

    let_in(agent, ProjectFactory.create())
    assert ask(kas, agent).json() == FORBIDDEN


@pytest.mark.parametrize(
    "access_as", [None, {}, [], "user", {"ci_job": {}}, {"agent": {}, "user": {}}, {"User": {}}]
)
def test_without_one_valid_way_to_come_nobody_is_let_in(kas: Caller, agent: Agent, access_as: Any) -> None:
    issue(UserFactory.create(admin=True))
    let_in(agent, agent.project, access_as=access_as)

    assert (ask(kas, agent).status_code, ask(kas, agent).json()) == (403, FORBIDDEN)


def test_a_blocked_owner_and_a_project_about_to_go_are_forbidden(
    kas: Caller, agent: Agent, person: User
) -> None:
    let_in(agent, agent.project)
    member(person, agent.project)
    User.objects.filter(pk=person.pk).update(state=UserState.BLOCKED)
    assert ask(kas, agent).json() == FORBIDDEN

    User.objects.filter(pk=person.pk).update(state=UserState.ACTIVE)
    Project.objects.filter(pk=agent.project_id).update(pending_delete=True)
    assert ask(kas, agent).json() == FORBIDDEN


@pytest.mark.parametrize("key", ["", " ", None, "glpat-unknown", 5])
def test_a_blank_or_unknown_token_is_unauthorized(kas: Caller, agent: Agent, key: Any) -> None:
    answer = ask(kas, agent, access_key=key)

    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})


def test_an_expired_token_is_expired_whatever_its_scopes(kas: Caller, agent: Agent) -> None:
    yesterday = timezone.now().date() - timedelta(days=1)
    issue(UserFactory.create(), expires_at=yesterday, scopes=["api"], revoked=True)

    answer = ask(kas, agent)

    assert (answer.status_code, answer.json()) == (
        401,
        {
            "error": "invalid_token",
            "error_description": "Token is expired. You can either do re-authorization or token refresh.",
        },
    )


def test_a_revoked_token_says_so(kas: Caller, agent: Agent) -> None:
    issue(UserFactory.create(), revoked=True)

    answer = ask(kas, agent)

    assert (answer.status_code, answer.json()) == (
        401,
        {
            "error": "invalid_token",
            "error_description": "Token was revoked. You have to re-authorize from the user.",
        },
    )


def test_the_scope_api_does_not_include_that_of_kas(kas: Caller, agent: Agent) -> None:
    user = UserFactory.create(admin=True)
    issue(user, scopes=["api", "read_api"])

    answer = ask(kas, agent)

    assert (answer.status_code, answer.json()) == (
        403,
        {
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token.",
            "scope": "k8s_proxy",
        },
    )
    assert user.personal_access_tokens.get().last_used_at is None


def test_the_agent_is_looked_for_after_the_token(kas: Caller, agent: Agent, person: User) -> None:
    answer = ask(kas, AgentFactory.build(pk=agent.pk + 1))

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Not found"})
    assert ask(kas, AgentFactory.build(pk=agent.pk + 1), access_key="x").status_code == 401


def test_a_use_that_is_refused_later_is_a_use(kas: Caller, agent: Agent, person: User) -> None:
    assert ask(kas, agent).status_code == 403

    assert person.personal_access_tokens.get().last_used_at is not None


def test_there_are_no_sessions_whose_cookie_could_count(kas: Caller, agent: Agent) -> None:
    answer = ask(kas, agent, access_type="session_cookie", csrf_token="x")

    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized - Invalid session"})


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "agent_id is missing, access_type is missing, access_key is missing"),
        (
            {"agent_id": "x", "access_type": "Session_Cookie", "access_key": "k"},
            "agent_id is invalid, access_type does not have a valid value",
        ),
        ({"agent_id": 1, "access_type": "session_cookie", "access_key": "k"}, "csrf_token is missing"),
        (
            {"agent_id": 1, "access_type": "session_cookie", "access_key": "k", "csrf_token": " "},
            "csrf_token is empty",
        ),
        (
            {"agent_id": "", "access_type": "personal_access_token"},
            "agent_id is invalid, access_key is missing",
        ),
        (
            {"agent_id": 1, "access_type": "personal_access_token", "access_key": []},
            "access_key is invalid",
        ),
    ],
)
def test_parameters_are_checked_first(kas: Caller, given: dict[str, Any], error: str) -> None:
    answer = kas.post(PATH, **given)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_long_list_is_looked_up_at_once(
    kas: Caller, agent: Agent, person: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    member(person, agent.project)
    let_in(agent, agent.project, agent.project.namespace)
    assert ask(kas, agent).status_code == 200
    with django_assert_num_queries(8):
        ask(kas, agent)

    let_in(agent, *(ProjectFactory.create() for _ in range(10)), *(GroupFactory.create() for _ in range(10)))
    with django_assert_num_queries(8):
        assert ask(kas, agent).status_code == 200
