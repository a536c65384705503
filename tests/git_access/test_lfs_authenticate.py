"""POST /internal/lfs_authenticate."""

from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.directory.models import RedirectRoute, User, UserState
from apps.git_access.lfs import holders, tokens
from apps.git_access.repositories import containers
from apps.git_access.repositories.containers import Container
from apps.ssh_keys.actors import Actor
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    ProjectFactory,
    SnippetFactory,
    UserFactory,
    subgroup,
)
from tests.factories.ssh_keys import DeployKeyFactory, KeyFactory

pytestmark = pytest.mark.django_db
NOT_FOUND = {"message": "404 Not Found"}
ACTOR_NOT_FOUND = {"message": "404 Not found"}


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def container_of(gl_repository: str) -> Container | None:
    return containers.find(gl_repository=gl_repository, project=None)


def test_a_key_gets_a_token_for_a_project(shell: Caller) -> None:
    project = ProjectFactory.create(namespace=GroupFactory.create(path="gnuwget"), path="wget2")
    key = KeyFactory.create(user=UserFactory.create(username="root"))

    response = shell.post("lfs_authenticate", key_id=str(key.pk), project="gnuwget/wget2")

    body = response.json()
    assert response.status_code == 200
    assert body == {
        "username": "root",
        "lfs_token": body["lfs_token"],
        "repository_http_path": "http://localhost:3001/gnuwget/wget2.git",
        "expires_in": 1800,
    }
    assert list(body) == ["username", "lfs_token", "repository_http_path", "expires_in"]
    claims = claims_of(body["lfs_token"])
    assert claims == {
        "data": {"actor": "root", "container_gid": f"gid://gitlab/Project/{project.pk}"},
        "jti": claims["jti"],
        "iat": claims["iat"],
        "nbf": claims["iat"] - 5,
        "exp": claims["iat"] + 1800,
    }
    assert list(claims) == ["data", "jti", "iat", "nbf", "exp"]
    assert jwt.get_unverified_header(body["lfs_token"]) == {"alg": "HS256", "typ": "JWT"}


def test_the_example_of_the_doc_is_a_form(shell: Caller) -> None:
    project = ProjectFactory.create()
    key = KeyFactory.create()

    response = shell.post_form("lfs_authenticate", key_id=key.pk, project=project.full_path)

    assert response.status_code == 200


@pytest.mark.parametrize("actor", ["user_id", "username"])
def test_a_user_needs_no_key(shell: Caller, actor: str) -> None:
    project = ProjectFactory.create()
    user = UserFactory.create(username="rubi")
    named = {"user_id": user.pk, "username": "RUBI"}

    response = shell.post("lfs_authenticate", gl_repository=f"project-{project.pk}", **{actor: named[actor]})

    assert response.json()["username"] == "rubi"


def test_a_deploy_key_has_a_name_of_its_own(shell: Caller) -> None:
    project = ProjectFactory.create()
    key = DeployKeyFactory.create(user=None)

    response = shell.post("lfs_authenticate", key_id=key.pk, gl_repository=f"project-{project.pk}")

    assert response.json()["username"] == f"lfs+deploy-key-{key.pk}"


def test_a_wiki_follows_its_project(shell: Caller) -> None:
    project = ProjectFactory.create(namespace=GroupFactory.create(path="a"), path="b")
    key = KeyFactory.create()

    body = shell.post("lfs_authenticate", key_id=key.pk, project="/a/b.wiki.git").json()
    project.lfs_enabled = False
    project.save()
    refused = shell.post("lfs_authenticate", key_id=key.pk, project="/a/b.wiki.git")

    assert body["repository_http_path"] == "http://localhost:3001/a/b.wiki.git"
    assert claims_of(body["lfs_token"])["data"]["container_gid"] == f"gid://gitlab/ProjectWiki/{project.pk}"
    assert (refused.status_code, refused.json()) == (404, NOT_FOUND)


def test_a_former_path_still_leads_there_and_the_answer_names_the_new_one(shell: Caller) -> None:
    project = ProjectFactory.create(namespace=GroupFactory.create(path="new"), path="home")
    RedirectRoute.objects.create(path="old/home", project=project)

    response = shell.post("lfs_authenticate", key_id=KeyFactory.create().pk, project="old/home")

    assert response.json()["repository_http_path"] == "http://localhost:3001/new/home.git"


def test_clones_may_have_a_root_of_their_own(shell: Caller, settings: Settings) -> None:
    settings.CUSTOM_HTTP_CLONE_URL_ROOT = "https://clone.example.com"
    project = ProjectFactory.create(namespace=GroupFactory.create(path="a"), path="b")

    response = shell.post(
        "lfs_authenticate", key_id=KeyFactory.create().pk, gl_repository=f"project-{project.pk}"
    )

    assert response.json()["repository_http_path"] == "https://clone.example.com/a/b.git"


def test_what_has_no_lfs_is_not_found(shell: Caller) -> None:
    project = ProjectFactory.create()
    group = project.namespace
    key = KeyFactory.create()
    snippets = [SnippetFactory.create(), SnippetFactory.create(project=project)]
    names = [
        *(f"snippet-{snippet.pk}" for snippet in snippets),
        f"design-{project.pk}",
        f"group-{group.pk}-wiki",
        "project-4711",
    ]

    responses = [shell.post("lfs_authenticate", key_id=key.pk, gl_repository=name) for name in names]
    responses.append(shell.post("lfs_authenticate", key_id=key.pk, project="no/where"))
    responses.append(shell.post("lfs_authenticate", key_id=key.pk))

    assert [(response.status_code, response.json()) for response in responses] == [(404, NOT_FOUND)] * 7


@pytest.mark.parametrize(
    ("instance", "root", "group", "project", "enabled"),
    [
        (True, None, None, None, True),
        (False, None, None, None, False),
        (True, False, None, None, False),
        (True, False, True, None, True),
        (True, True, False, None, False),
        (True, False, False, True, True),
        (True, True, True, False, False),
        (False, True, True, True, False),
    ],
)
def test_the_nearest_switch_decides_under_that_of_the_instance(
    settings: Settings,
    instance: bool,
    root: bool | None,
    group: bool | None,
    project: bool | None,
    enabled: bool,
) -> None:
    settings.LFS_ENABLED = instance
    above = GroupFactory.create(lfs_enabled=root)
    owner = subgroup(above, lfs_enabled=group)
    container = container_of(f"project-{ProjectFactory.create(namespace=owner, lfs_enabled=project).pk}")

    assert container is not None
    assert tokens.is_enabled(container) is enabled


def test_nobody_is_not_found_in_other_words(shell: Caller) -> None:
    project = ProjectFactory.create()
    orphan = KeyFactory.create(user=None)
    claims: list[dict[str, Any]] = [
        {},
        {"key_id": "4711"},
        {"key_id": "12abc", "username": UserFactory.create().username},
        {"key_id": orphan.pk},
        {"user_id": 2**70},
        {"username": "nobody"},
    ]

    responses = [
        shell.post("lfs_authenticate", gl_repository=f"project-{project.pk}", **claim) for claim in claims
    ]

    assert [(each.status_code, each.json()) for each in responses] == [(404, ACTOR_NOT_FOUND)] * 6


def test_the_repository_is_looked_at_before_the_actor(shell: Caller) -> None:
    assert shell.post("lfs_authenticate", project="no/where").json() == NOT_FOUND


def test_a_malformed_repository_is_a_bad_request(shell: Caller) -> None:
    response = shell.post("lfs_authenticate", key_id=1, gl_repository="project-x", project="a/b")

    assert response.status_code == 400
    assert response.json() == {"message": '400 Bad request - "gl_repository" is invalid'}


def test_the_key_is_touched_once_a_day(shell: Caller) -> None:
    project = ProjectFactory.create()
    recent = timezone.now() - timedelta(hours=23)
    old = timezone.now() - timedelta(hours=25)
    never_used, used_today, used_before = (
        KeyFactory.create(last_used_at=moment) for moment in (None, recent, old)
    )

    for key in (never_used, used_today, used_before):
        shell.post("lfs_authenticate", key_id=key.pk, gl_repository=f"project-{project.pk}")
        key.refresh_from_db()

    assert never_used.last_used_at is not None
    assert used_today.last_used_at == recent
    assert used_before.last_used_at is not None
    assert used_before.last_used_at > recent


def test_a_refused_call_and_a_read_only_instance_touch_nothing(shell: Caller, settings: Settings) -> None:
    project = ProjectFactory.create()
    key = KeyFactory.create()

    shell.post("lfs_authenticate", key_id=key.pk, project="no/where")
    settings.READ_ONLY = True
    answered = shell.post("lfs_authenticate", key_id=key.pk, gl_repository=f"project-{project.pk}")
    key.refresh_from_db()

    assert answered.status_code == 200
    assert key.last_used_at is None


class TestToken:
    """What the LFS server will ask about a token."""

    @pytest.fixture
    def container(self) -> Container:
        found = container_of(f"project-{ProjectFactory.create().pk}")
        assert found is not None
        return found

    @pytest.fixture
    def actor(self) -> Actor:
        return Actor(user=UserFactory.create())

    def issue(self, actor: Actor, container: Container, *, now: datetime | None = None) -> str:
        """A token that has opened something before, so that it is remembered."""
        now = now or timezone.now()
        token = tokens.authenticate(container=container, actor=actor, now=now).token
        tokens.verify(token, holder=holders.of(actor), repository=container.id, now=now)
        return token

    def test_it_holds_for_its_actor_and_repository(self, actor: Actor, container: Container) -> None:
        token = self.issue(actor, container)

        tokens.verify(token, holder=holders.of(actor), repository=container.id, now=timezone.now())
        tokens.verify(token, holder=holders.of(actor), repository=None, now=timezone.now())

    def test_a_deploy_key_has_a_token_of_its_own(self, container: Container) -> None:
        key = DeployKeyFactory.create()
        token = self.issue(Actor(key=key, user=key.user), container)

        tokens.verify(
            token,
            holder=holders.of(Actor(key=key, user=key.user)),
            repository=container.id,
            now=timezone.now(),
        )
        with pytest.raises(tokens.InvalidToken):
            tokens.verify(
                token, holder=holders.of(Actor(user=key.user)), repository=container.id, now=timezone.now()
            )

    @pytest.mark.parametrize(("seconds", "holds"), [(-70, False), (-64, True), (1859, True), (1861, False)])
    def test_it_holds_for_half_an_hour_and_a_minute_each_way(
        self, actor: Actor, container: Container, seconds: int, holds: bool
    ) -> None:
        now = timezone.now().replace(microsecond=0)
        token = self.issue(actor, container, now=now)
        then = now + timedelta(seconds=seconds)

        if holds:
            tokens.verify(token, holder=holders.of(actor), repository=container.id, now=then)
        else:
            with pytest.raises(tokens.InvalidToken, match="time"):
                tokens.verify(token, holder=holders.of(actor), repository=container.id, now=then)

    def test_a_changed_password_ends_it(self, actor: Actor, container: Container) -> None:
        token = self.issue(actor, container)
        user = User.objects.get(pk=actor.user.pk if actor.user else 0)
        user.set_password("another one")

        with pytest.raises(tokens.InvalidToken, match="signed"):
            tokens.verify(
                token, holder=holders.of(Actor(user=user)), repository=container.id, now=timezone.now()
            )

    def test_a_renamed_user_needs_a_new_one(self, actor: Actor, container: Container) -> None:
        token = self.issue(actor, container)
        user = User.objects.get(pk=actor.user.pk if actor.user else 0)
        user.username = "renamed"

        with pytest.raises(tokens.InvalidToken, match="actor"):
            tokens.verify(
                token, holder=holders.of(Actor(user=user)), repository=container.id, now=timezone.now()
            )

    def test_it_opens_no_other_repository(self, actor: Actor, container: Container) -> None:
        token = self.issue(actor, container)
        wiki = container_of(f"wiki-{container.project.pk if container.project else 0}")
        assert wiki is not None

        with pytest.raises(tokens.InvalidToken, match="repository"):
            tokens.verify(token, holder=holders.of(actor), repository=wiki.id, now=timezone.now())

    def test_nonsense_and_foreign_tokens_are_refused(self, actor: Actor, container: Container) -> None:
        foreign = jwt.encode({"data": {}, "nbf": 0, "exp": 2**33}, "x" * 32, algorithm="HS256")

        for token in ("", "a.b.c", "ü", foreign):
            with pytest.raises(tokens.InvalidToken):
                tokens.verify(token, holder=holders.of(actor), repository=container.id, now=timezone.now())

    def test_another_token_of_the_same_key_is_none_of_ours(self, container: Container) -> None:
        key = DeployKeyFactory.create()
        secret = f"{key.fingerprint_sha256[:16]}{holders.server_key()[:32]}"
        other = jwt.encode({"data": "x", "nbf": 0, "exp": 2**33}, secret, algorithm="HS256")

        with pytest.raises(tokens.InvalidToken, match="LFS"):
            tokens.verify(
                other, holder=holders.of(Actor(key=key)), repository=container.id, now=timezone.now()
            )

    def test_nobody_has_a_token(self, container: Container) -> None:
        with pytest.raises(holders.UnknownActor):
            tokens.verify("a.b.c", holder=holders.of(Actor()), repository=container.id, now=timezone.now())

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"state": UserState.BLOCKED}, "log in"),
            ({"state": UserState.BANNED}, "log in"),
            ({"state": UserState.BLOCKED_PENDING_APPROVAL}, "log in"),
            ({"password_expires_at": timezone.now() - timedelta(days=1)}, "password has expired"),
        ],
        ids=["blocked", "banned", "pending", "expired"],
    )
    def test_a_blocked_user_and_an_expired_password_end_it(
        self, actor: Actor, container: Container, fields: dict[str, Any], reason: str
    ) -> None:
        token = self.issue(actor, container)
        User.objects.filter(pk=actor.user.pk if actor.user else 0).update(**fields)
        user = User.objects.get(pk=actor.user.pk if actor.user else 0)

        with pytest.raises(tokens.InvalidToken, match=reason):
            tokens.verify(
                token, holder=holders.of(Actor(user=user)), repository=container.id, now=timezone.now()
            )

    def test_a_password_that_nobody_has_chosen_does_not_expire(self, container: Container) -> None:
        past = timezone.now() - timedelta(days=1)
        user = UserFactory.create(password_expires_at=past, password_automatically_set=True)
        token = self.issue(Actor(user=user), container)

        tokens.verify(token, holder=holders.of(Actor(user=user)), repository=container.id, now=timezone.now())

    def test_a_user_without_password_has_a_key_long_enough(self, container: Container) -> None:
        actor = Actor(user=UserFactory.create(password=""))

        tokens.verify(
            self.issue(actor, container),
            holder=holders.of(actor),
            repository=container.id,
            now=timezone.now(),
        )
