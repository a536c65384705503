"""Wikis of projects and groups."""

from typing import Any

import pytest

from apps.directory.models import Namespace, Project, ProjectStatistics, User, UserState
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    ProjectFactory,
    UserFactory,
    subgroup,
)
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    NO_GROUP,
    NO_UPLOAD,
    NO_WIKI,
    Outcome,
    creation,
    deletion,
    member,
    outcome,
    pull,
    push,
)

pytestmark = pytest.mark.django_db

HIDDEN: Outcome = (404, NO_WIKI)
NO_DOWNLOAD: Outcome = (401, "You are not allowed to download files from this wiki.")
NO_WRITE: Outcome = (401, "You are not allowed to write to this project's wiki.")
NO_GROUP_WRITE: Outcome = (401, "You are not allowed to write to this group's wiki.")
HIDDEN_GROUP: Outcome = (404, NO_GROUP)
READ_ONLY: Outcome = (401, "The repository is temporarily read-only. Please try again later.")
OFF, MEMBERS, ON = 0, 10, 20


def wiki(project: Project) -> str:
    return f"{project.full_path}.wiki.git"


class TestOfProjects:
    @pytest.mark.parametrize(
        ("visibility", "feature", "said"),
        [
            (0, ON, {None: HIDDEN, 0: HIDDEN, 10: NO_DOWNLOAD, 15: GRANTED, 20: GRANTED, 50: GRANTED}),
            (0, MEMBERS, {0: HIDDEN, 10: NO_DOWNLOAD, 15: GRANTED}),
            (0, OFF, {0: HIDDEN, 10: NO_DOWNLOAD, 50: NO_DOWNLOAD}),
            (10, ON, {None: HIDDEN, 0: GRANTED, 10: GRANTED}),
            (10, MEMBERS, {0: NO_DOWNLOAD, 10: GRANTED}),
            (20, ON, {None: GRANTED, 0: GRANTED}),
            (20, MEMBERS, {None: NO_DOWNLOAD, 0: NO_DOWNLOAD, 10: GRANTED}),
            (20, OFF, {None: NO_DOWNLOAD, 50: NO_DOWNLOAD}),
        ],
    )
    def test_who_may_pull(
        self, shell: Caller, visibility: int, feature: int, said: dict[int | None, Outcome]
    ) -> None:
        project = ProjectFactory.create(
            visibility_level=visibility, wiki_access_level=feature, wiki_repository_exists=True
        )

        heard = {
            level: outcome(pull(shell, None if level is None else member(project, level), wiki(project)))
            for level in said
        }

        assert heard == said

    def test_an_administrator_reads_what_is_for_members(self, shell: Caller) -> None:
        project = ProjectFactory.create(wiki_access_level=MEMBERS, wiki_repository_exists=True)

        response = pull(shell, UserFactory.create(admin=True), wiki(project))

        assert outcome(response) == GRANTED

    @pytest.mark.parametrize("changes", ["_any", creation("refs/heads/x"), deletion("refs/heads/main")])
    def test_who_may_push_whatever_the_changes(self, shell: Caller, changes: str) -> None:
        project = ProjectFactory.create(
            visibility_level=20, wiki_repository_exists=True, repository_size_limit=1
        )
        ProjectStatistics.objects.create(project=project, repository_size=2)
        writers = {15, 30, 40, 50}

        heard = {
            level: outcome(push(shell, member(project, level), wiki(project), changes=changes))
            for level in (0, 10, 15, 20, 25, 30, 40, 50)
        }

        assert heard == {level: GRANTED if level in writers else NO_WRITE for level in heard}

    @pytest.mark.parametrize(("feature", "said"), [(OFF, NO_WRITE), (MEMBERS, GRANTED)])
    def test_a_wiki_that_is_off_is_not_written(
        self, shell: Caller, project: Project, user: User, feature: int, said: Outcome
    ) -> None:
        Project.objects.update(wiki_access_level=feature)

        response = push(shell, user, wiki(project))

        assert outcome(response) == said

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"repository_read_only": True}, READ_ONLY),
            ({"archived": True}, (401, "You can't push code to an archived project.")),
        ],
    )
    def test_the_flags_of_the_project_count(
        self, shell: Caller, project: Project, user: User, fields: dict[str, Any], said: Outcome
    ) -> None:
        Project.objects.update(**fields)

        response = push(shell, user, wiki(project))

        assert outcome(response) == said

    def test_nobody_pushes(self, shell: Caller, project: Project) -> None:
        Project.objects.update(visibility_level=20)

        response = push(shell, None, wiki(project))

        assert outcome(response) == (401, NO_UPLOAD)

    @pytest.mark.parametrize(
        ("feature", "attached", "said"),
        [
            (ON, True, GRANTED),
            (MEMBERS, True, GRANTED),
            (OFF, True, NO_DOWNLOAD),
            (ON, False, HIDDEN),
        ],
    )
    def test_what_a_deploy_key_may_pull(
        self, shell: Caller, project: Project, feature: int, attached: bool, said: Outcome
    ) -> None:
        Project.objects.update(wiki_access_level=feature)
        key = DeployKeyFactory.create()
        if attached:
            DeployKeyGrantFactory.create(key=key, project=project)

        response = pull(shell, key, wiki(project))

        assert outcome(response) == said

    @pytest.mark.parametrize(
        ("creator", "said"),
        [("member", GRANTED), ("guest", NO_WRITE), ("blocked", NO_WRITE), (None, NO_WRITE)],
    )
    def test_a_deploy_key_writes_as_its_creator_may(
        self, shell: Caller, project: Project, creator: str | None, said: Outcome
    ) -> None:
        creators: dict[str, dict[str, Any]] = {
            "member": {"level": 30},
            "guest": {"level": 10},
            "blocked": {"level": 50, "state": UserState.BLOCKED},
        }
        key = DeployKeyFactory.create(user=member(project, **creators[creator]) if creator else None)
        DeployKeyGrantFactory.create(key=key, project=project, can_push=True)

        response = push(shell, key, wiki(project))

        assert outcome(response) == said

    def test_a_read_only_deploy_key_does_not_write(self, shell: Caller, project: Project, user: User) -> None:
        key = DeployKeyFactory.create(user=user)
        DeployKeyGrantFactory.create(key=key, project=project)

        response = push(shell, key, wiki(project))

        assert outcome(response) == (401, "This deploy key does not have write access to this project.")


class TestOfGroups:
    @pytest.fixture
    def wiki_group(self) -> Namespace:
        group: Namespace = GroupFactory.create(path="pages", wiki_repository_exists=True)
        return group

    def ask_all(self, shell: Caller, group: Namespace, levels: list[int | None]) -> dict[int | None, Outcome]:
        heard = {}
        for level in levels:
            user = None if level is None else UserFactory.create()
            if level:
                MemberFactory.create(user=user, group=group, access_level=level)
            heard[level] = outcome(pull(shell, user, "pages.wiki.git"))
        return heard

    @pytest.mark.parametrize(
        ("visibility", "feature", "said"),
        [
            (0, ON, {None: HIDDEN_GROUP, 0: HIDDEN_GROUP, 5: HIDDEN_GROUP, 10: NO_DOWNLOAD, 15: GRANTED}),
            (10, ON, {None: HIDDEN_GROUP, 0: GRANTED}),
            (20, ON, {None: GRANTED, 0: GRANTED}),
            (20, MEMBERS, {None: NO_DOWNLOAD, 0: NO_DOWNLOAD, 10: GRANTED}),
            (20, OFF, {None: NO_DOWNLOAD, 50: NO_DOWNLOAD}),
        ],
    )
    def test_who_may_pull(
        self,
        shell: Caller,
        wiki_group: Namespace,
        visibility: int,
        feature: int,
        said: dict[int | None, Outcome],
    ) -> None:
        Namespace.objects.update(visibility_level=visibility, wiki_access_level=feature)

        heard = self.ask_all(shell, wiki_group, [*said])

        assert heard == said

    def test_an_external_user_reads_what_is_public(self, shell: Caller, wiki_group: Namespace) -> None:
        external = UserFactory.create(external=True)
        heard = []

        for visibility in (10, 20):
            Namespace.objects.update(visibility_level=visibility)
            heard.append(outcome(pull(shell, external, "pages.wiki")))

        assert heard == [HIDDEN_GROUP, GRANTED]

    def test_a_member_of_a_project_below_knows_of_the_group(
        self, shell: Caller, wiki_group: Namespace
    ) -> None:
        project = ProjectFactory.create(namespace=subgroup(wiki_group))
        user = member(project, 30)

        response = pull(shell, user, "pages.wiki")

        assert outcome(response) == NO_DOWNLOAD

    def test_who_may_push(self, shell: Caller, wiki_group: Namespace) -> None:
        Namespace.objects.update(visibility_level=20)
        heard = {}

        for level in (0, 10, 15, 20, 25, 30, 50):
            user = UserFactory.create()
            if level:
                MemberFactory.create(user=user, group=wiki_group, access_level=level)
            heard[level] = outcome(push(shell, user, "pages.wiki"))

        assert heard == {level: GRANTED if level in {15, 30, 50} else NO_GROUP_WRITE for level in heard}

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"repository_read_only": True}, READ_ONLY),
            ({"archived": True}, NO_GROUP_WRITE),
            ({"wiki_access_level": OFF}, NO_GROUP_WRITE),
        ],
    )
    def test_the_flags_of_the_group_count(
        self, shell: Caller, wiki_group: Namespace, fields: dict[str, Any], said: Outcome
    ) -> None:
        user = MemberFactory.create(group=wiki_group, access_level=50).user
        Namespace.objects.update(**fields)

        response = push(shell, user, "pages.wiki")

        assert outcome(response) == said

    def test_nobody_writes_and_a_deploy_key_as_its_creator_may(
        self, shell: Caller, wiki_group: Namespace
    ) -> None:
        Namespace.objects.update(visibility_level=20)
        creator = MemberFactory.create(group=wiki_group, access_level=30).user
        keys = [DeployKeyFactory.create(user=creator), DeployKeyFactory.create()]

        heard = [outcome(push(shell, by, "pages.wiki")) for by in (None, *keys)]

        assert heard == [NO_GROUP_WRITE, GRANTED, NO_GROUP_WRITE]
