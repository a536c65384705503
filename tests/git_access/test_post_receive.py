"""POST /internal/post_receive."""

import base64
import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries, Settings

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import GitalyUnavailable
from apps.directory.models import FeatureLevel, Namespace, Project, User, Visibility
from apps.git_access.models import BroadcastKind, PushRecord
from apps.git_access.pushes import reference_counter
from apps.git_access.repositories import notices
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys.models import KeyKind
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    ProjectFactory,
    SnippetFactory,
    UserFactory,
)
from tests.factories.git_access import BroadcastMessageFactory
from tests.factories.ssh_keys import DeployKeyFactory, KeyFactory

pytestmark = pytest.mark.django_db
BLANK = "0" * 40
OLD, NEW = "a" * 40, "b" * 40


NOTHING_CREATED = "The merge_request push options were ignored: this server creates no merge requests."


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.MERGE_REQUEST_URL = "https://forge.example.com/{project}/compare?from={branch}"


@pytest.fixture
def user() -> User:
    return UserFactory.create()


@pytest.fixture
def group() -> Namespace:
    return GroupFactory.create(path="gnuwget")


@pytest.fixture
def project(group: Namespace, user: User) -> Project:
    project = ProjectFactory.create(
        namespace=group, path="wget2", repository_exists=True, default_branch="main"
    )
    MemberFactory.create(user=user, project=project, access_level=30)
    return project


def push(
    *refs: str, old: str = OLD, new: str = NEW, project: Project, user: User | None, **more: Any
) -> dict[str, Any]:
    return {
        "gl_repository": f"project-{project.pk}",
        "identifier": f"user-{user.pk}" if user else None,
        "changes": "".join(f"{old} {new} {ref}\n" for ref in refs),
        "push_options": None,
        **more,
    }


def link(branch: str, encoded: str) -> dict[str, str]:
    url = f"https://forge.example.com/gnuwget/wget2/compare?from={encoded}"
    text = f"To create a merge request for {branch}, visit:\n  {url}"
    return {"message": text, "type": "basic"}


def alert(text: str) -> dict[str, str]:
    return {"message": text, "type": "alert"}


def warning(options: str, reasons: str) -> dict[str, str]:
    return alert(f"WARNINGS:\nError encountered with push options {options}: {reasons}")


class TestRecord:
    def test_a_push_is_recorded_with_its_job(self, shell: Caller, project: Project, user: User) -> None:
        body = push("refs/heads/topic", project=project, user=user, push_options=["ci.skip", "x"])

        response = shell.request(
            "POST", "post_receive", body, format="json", headers={"X-Request-Id": "01HX"}
        )

        assert response.status_code == 200
        record = PushRecord.objects.get()
        assert record.gl_repository == f"project-{project.pk}"
        assert record.identifier == f"user-{user.pk}"
        assert (record.user, record.deploy_key) == (user, None)
        assert record.changes == f"{OLD} {NEW} refs/heads/topic\n"
        assert record.push_options == {"ci": {"skip": True}}
        assert (record.correlation_id, record.processed_at) == ("01HX", None)
        job = DBTaskResult.objects.get()
        assert job.task_path == "apps.git_access.pushes.tasks.process_push"
        assert job.args_kwargs == {
            "args": [],
            "kwargs": {"record_id": record.pk, "correlation_id": "01HX"},
        }

    def test_neither_record_nor_job_is_there_without_the_other(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        with patch.object(DBTaskResult.objects, "create", side_effect=RuntimeError("no job")):
            response = shell.post("post_receive", **push("refs/heads/topic", project=project, user=user))

        assert response.status_code == 500
        assert response.json() == {"message": "500 Internal Server Error"}
        assert not PushRecord.objects.exists()

    def test_the_embedded_counter_falls_only_with_the_record(
        self, shell: Caller, settings: Settings, project: Project, user: User
    ) -> None:
        settings.REDIS_URL = ""
        shell.post("pre_receive", gl_repository=f"project-{project.pk}")

        with patch.object(DBTaskResult.objects, "create", side_effect=RuntimeError("no job")):
            shell.post("post_receive", **push(project=project, user=user))

        assert reference_counter.value(RepositoryId(RepositoryType.PROJECT, project.pk)) == 1

    def test_the_example_of_the_doc_is_a_form_with_a_ref_of_no_kind(self, shell: Caller) -> None:
        BroadcastMessageFactory.create(message="Hello from post-receive")
        ProjectFactory.create(pk=7)
        user = UserFactory.create()
        changes = f"{BLANK} fd9e76b9136bdd9fe217061b497745792fe5a5ee gh-pages\\n"

        response = shell.post_form(
            "post_receive", gl_repository="project-7", identifier=f"user-{user.pk}", changes=changes
        )

        assert response.status_code == 200
        assert response.json() == {
            "messages": [alert("Hello from post-receive")],
            "reference_counter_decreased": True,
        }
        assert list(response.json()) == ["messages", "reference_counter_decreased"]

    @pytest.mark.parametrize(
        "gl_repository", ["project-4711", "wiki-4711", "group-4711-wiki", "snippet-4711", "design-4711"]
    )
    def test_a_repository_that_is_unknown_is_recorded_too(
        self, shell: Caller, user: User, gl_repository: str
    ) -> None:
        response = shell.post(
            "post_receive", gl_repository=gl_repository, identifier=f"user-{user.pk}", changes=""
        )

        assert response.status_code == 200
        assert response.json() == {"messages": [], "reference_counter_decreased": True}
        assert PushRecord.objects.get().user == user

    @pytest.mark.parametrize(
        "identifier",
        [None, "", "user-0", "user-4711", "username-x", "key-4711", "user-1-", "x" * 5000, "user-٣"],
    )
    def test_nobody_is_recorded_too(self, shell: Caller, project: Project, identifier: str | None) -> None:
        body = push("refs/heads/main", project=project, user=None, identifier=identifier)

        response = shell.post("post_receive", **body)

        assert response.status_code == 200
        assert response.json() == {"messages": [], "reference_counter_decreased": True}
        record = PushRecord.objects.get()
        assert record.user is None
        assert record.identifier == (identifier or "")[:255]

    def test_a_key_stands_for_its_owner_and_a_deploy_key_for_its_creator(
        self, shell: Caller, project: Project
    ) -> None:
        key, deploy_key = KeyFactory.create(), DeployKeyFactory.create()
        ownerless = DeployKeyFactory.create(user=None)

        for each in (key, deploy_key, ownerless):
            shell.post("post_receive", **push(project=project, user=None, identifier=f"key-{each.pk}\n"))

        records = PushRecord.objects.order_by("pk")
        assert [(record.user, record.deploy_key) for record in records] == [
            (key.user, None),
            (deploy_key.user, deploy_key),
            (User.objects.ghost(), ownerless),
        ]

    def test_what_may_be_absent_is(self, shell: Caller) -> None:
        response = shell.post("post_receive", gl_repository="project-1", changes=None)

        assert response.status_code == 200
        assert PushRecord.objects.get().changes == ""

    @pytest.mark.parametrize("options", [None, {}, [], "ci.skip", ["ci.skip"]])
    def test_push_options_come_in_several_shapes(self, shell: Caller, options: Any) -> None:
        response = shell.post("post_receive", gl_repository="project-1", push_options=options)

        assert response.status_code == 200
        assert PushRecord.objects.get().push_options == ({"ci": {"skip": True}} if options else {})

    def test_push_options_come_as_form_fields_too(self, shell: Caller) -> None:
        response = shell.request(
            "POST",
            "post_receive",
            "gl_repository=project-1&push_options[]=ci.skip&push_options[]=mr.create",
            content_type="application/x-www-form-urlencoded",
        )

        assert response.status_code == 200
        assert PushRecord.objects.get().push_options == {
            "ci": {"skip": True},
            "merge_request": {"create": True},
        }


class TestBadInput:
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ({}, '"gl_repository" not given'),
            ({"gl_repository": "nonsense"}, '"gl_repository" is invalid'),
            ({"gl_repository": "project-1", "identifier": 1}, '"identifier" is invalid'),
            ({"gl_repository": "project-1", "changes": ["x"]}, '"changes" is invalid'),
            ({"gl_repository": "project-1", "changes": "a\0b"}, '"changes" is invalid'),
            ({"gl_repository": "project-1", "push_options": [1]}, '"push_options" is invalid'),
        ],
    )
    def test_it_is_refused(self, shell: Caller, body: dict[str, Any], reason: str) -> None:
        response = shell.post("post_receive", **body)

        assert response.status_code == 400
        assert response.json() == {"message": f"400 Bad request - {reason}"}
        assert not PushRecord.objects.exists()

    @pytest.mark.parametrize(
        ("context", "reason"),
        [
            ("%%%", "malformed gitaly_client_context_bin"),
            (base64.b64encode(b"{").decode(), "malformed gitaly_client_context_bin"),
            (base64.b64encode(b"\xff").decode(), "malformed gitaly_client_context_bin"),
            (
                base64.b64encode(b"[]").decode(),
                "Decoded gitaly_client_context_bin is not a valid JSON object",
            ),
        ],
    )
    def test_a_broken_context_is_refused(self, shell: Caller, context: str, reason: str) -> None:
        response = shell.post("post_receive", gl_repository="project-1", gitaly_client_context_bin=context)

        assert response.status_code == 400
        assert response.json() == {"message": f"400 Bad request - {reason}"}

    @pytest.mark.parametrize(
        ("context", "options"),
        [({"skip-ci": True}, {"ci": {"skip": True}}), ({"skip-ci": "true"}, {}), ({}, {})],
    )
    def test_the_context_can_skip_pipelines(
        self, shell: Caller, context: dict[str, Any], options: dict[str, Any]
    ) -> None:
        encoded = base64.b64encode(json.dumps(context).encode()).decode()

        shell.post("post_receive", gl_repository="project-1", gitaly_client_context_bin=encoded)

        assert PushRecord.objects.get().push_options == options


class TestCounter:
    def test_the_push_is_counted_down(self, shell: Caller) -> None:
        shell.post("pre_receive", gl_repository="project-7")
        shell.post("pre_receive", gl_repository="project-7")

        shell.post("post_receive", gl_repository="project-7")

        assert reference_counter.value(RepositoryId(RepositoryType.PROJECT, 7)) == 1

    def test_a_store_that_fails_says_so_and_the_push_is_recorded(
        self, shell: Caller, settings: Settings, project: Project, user: User
    ) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"

        response = shell.post("post_receive", **push("refs/heads/main", project=project, user=user))

        assert response.status_code == 200
        assert response.json() == {"messages": [], "reference_counter_decreased": False}
        assert PushRecord.objects.count() == 1


class TestQueries:
    def test_an_ordinary_push_takes_few(
        self,
        shell: Caller,
        settings: Settings,
        project: Project,
        user: User,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        settings.REDIS_URL = ""
        BroadcastMessageFactory.create()
        shell.post("pre_receive", gl_repository=f"project-{project.pk}")
        body = push("refs/heads/topic", "refs/heads/other", project=project, user=user)

        # Counter, user, savepoint of the test's transaction (2), record, job, repository, banners, notices.
        with django_assert_num_queries(9):
            response = shell.post("post_receive", **body)

        assert len(response.json()["messages"]) == 3

    def test_the_project_is_looked_up_only_for_what_needs_it(
        self,
        shell: Caller,
        settings: Settings,
        project: Project,
        user: User,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        settings.REDIS_URL = settings.MERGE_REQUEST_URL = ""
        shell.post("pre_receive", gl_repository=f"project-{project.pk}")
        body = push("refs/heads/topic", project=project, user=user)

        # Counter, user, savepoint of the test's transaction (2), record, job, banners, notices.
        with django_assert_num_queries(8):
            shell.post("post_receive", **body)


class TestOrder:
    def test_everything_stands_in_its_place(self, shell: Caller, project: Project, user: User) -> None:
        repository = RepositoryId(RepositoryType.PROJECT, project.pk)
        BroadcastMessageFactory.create(message="Banner")
        project.merge_requests_access_level = FeatureLevel.PRIVATE
        project.save()
        notices.remember_creation(
            user_id=user.pk, repository=repository, path=project.full_path, protocol="ssh"
        )
        notices.remember_move(
            user_id=user.pk,
            repository=repository,
            old_path="old/wget",
            new_path=project.full_path,
            protocol="http",
        )
        body = push(
            "refs/heads/topic", project=project, user=user, push_options=["mr.target_project=no/where", "x"]
        )

        first, second = (shell.post("post_receive", **body).json() for _ in range(2))

        alerts = [
            alert("Banner"),
            warning("'mr.target_project=no/where' 'x'", "User access was denied"),
        ]
        moved = (
            "Project 'old/wget' was moved to 'gnuwget/wget2'.\n\nPlease update your Git remote:\n\n"
            "  git remote set-url origin http://localhost:3001/gnuwget/wget2.git\n"
        )
        created = (
            "\nThe private project gnuwget/wget2 was successfully created.\n\n"
            "To configure the remote, run:\n  git remote add origin git@localhost:gnuwget/wget2.git\n\n"
            "To view the project, visit:\n  http://localhost:3001/gnuwget/wget2\n\n"
        )
        assert first == {
            "messages": [
                *alerts,
                link("topic", "topic"),
                {"message": moved, "type": "basic"},
                {"message": created, "type": "basic"},
            ],
            "reference_counter_decreased": True,
        }
        assert second["messages"] == [*alerts, link("topic", "topic")]

    def test_notices_are_for_one_user_and_one_repository(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        other = UserFactory.create()
        notices.remember_move(
            user_id=user.pk,
            repository=RepositoryId(RepositoryType.PROJECT_WIKI, project.pk),
            old_path="old/wget.wiki",
            new_path="gnuwget/wget2.wiki",
            protocol="ssh",
        )
        bodies = [
            push(project=project, user=user),
            push(project=project, user=other, gl_repository=f"wiki-{project.pk}"),
            push(project=project, user=user, gl_repository=f"project-{project.pk}-wiki"),
        ]

        answers = [shell.post("post_receive", **body).json()["messages"] for body in bodies]

        text = (
            "Project wiki 'old/wget.wiki' was moved to 'gnuwget/wget2.wiki'.\n\n"
            "Please update your Git remote:\n\n"
            "  git remote set-url origin git@localhost:gnuwget/wget2.wiki.git\n"
        )
        assert answers == [[], [], [{"message": text, "type": "basic"}]]


class TestLinks:
    def test_each_pushed_branch_has_one(self, shell: Caller, project: Project, user: User) -> None:
        body = push("refs/heads/feature/a b+ü", "refs/heads/x", "refs/heads/x", project=project, user=user)
        # A branch has no space in its name: what follows is dropped.
        answer = shell.post("post_receive", **body).json()

        assert answer["messages"] == [link("feature/a", "feature%2Fa"), link("x", "x")]

    def test_the_name_is_encoded_as_a_form_is(self, shell: Caller, project: Project, user: User) -> None:
        answer = shell.post("post_receive", **push("refs/heads/f/ü+~&%", project=project, user=user)).json()

        assert answer["messages"] == [link("f/ü+~&%", "f%2F%C3%BC%2B~%26%25")]

    def test_base64_changes_are_read_too(self, shell: Caller, project: Project, user: User) -> None:
        changes = base64.b64encode(f"{OLD} {NEW} refs/heads/topic\n".encode()).decode()

        answer = shell.post("post_receive", **push(project=project, user=user, changes=changes)).json()

        assert answer["messages"] == [link("topic", "topic")]

    @pytest.mark.parametrize("ref", ["refs/heads/main", "refs/tags/v1", "refs/notes/x", "refs/heads/"])
    def test_other_refs_and_the_default_branch_have_none(
        self, shell: Caller, project: Project, user: User, ref: str
    ) -> None:
        assert shell.post("post_receive", **push(ref, project=project, user=user)).json()["messages"] == []

    def test_a_deleted_branch_has_none(self, shell: Caller, project: Project, user: User) -> None:
        body = push("refs/heads/topic", new=BLANK, project=project, user=user)

        assert shell.post("post_receive", **body).json()["messages"] == []

    @pytest.mark.parametrize(
        "fields",
        [
            {"default_branch": None},
            {"default_branch": ""},
            {"printing_merge_request_link_enabled": False},
            {"merge_requests_access_level": FeatureLevel.DISABLED},
        ],
    )
    def test_a_project_may_want_none(
        self, shell: Caller, project: Project, user: User, fields: dict[str, Any]
    ) -> None:
        Project.objects.filter(pk=project.pk).update(**fields)
        body = push("refs/heads/topic", project=project, user=user)

        assert shell.post("post_receive", **body).json()["messages"] == []

    def test_a_wiki_has_none_and_nobody_has_some(self, shell: Caller, project: Project, user: User) -> None:
        wiki = push("refs/heads/topic", project=project, user=user, gl_repository=f"wiki-{project.pk}")
        nobody = push("refs/heads/topic", project=project, user=None)

        assert shell.post("post_receive", **wiki).json()["messages"] == []
        assert shell.post("post_receive", **nobody).json()["messages"] == [link("topic", "topic")]

    def test_without_an_address_there_are_none(
        self, shell: Caller, settings: Settings, project: Project, user: User
    ) -> None:
        settings.MERGE_REQUEST_URL = ""
        body = push("refs/heads/topic", project=project, user=user)

        assert shell.post("post_receive", **body).json()["messages"] == []

    @pytest.mark.parametrize(("count", "more"), [(10, 0), (11, 1), (500, 490)])
    def test_ten_are_enough(self, shell: Caller, project: Project, user: User, count: int, more: int) -> None:
        refs = [f"refs/heads/b{number}" for number in range(count)]

        messages = shell.post("post_receive", **push(*refs, project=project, user=user)).json()["messages"]

        text = f"Merge requests can be created for {more} more of the pushed branches."
        rest = [{"message": text, "type": "basic"}] if more else []
        assert messages == [*(link(f"b{number}", f"b{number}") for number in range(10)), *rest]


class TestBanner:
    def shown(self, shell: Caller, project: Project, user: User | None, **more: Any) -> list[str]:
        answer = shell.post("post_receive", **push(project=project, user=user, **more)).json()
        return [message["message"] for message in answer["messages"]]

    def test_the_newest_counts_and_its_text_is_raw(self, shell: Caller, project: Project, user: User) -> None:
        BroadcastMessageFactory.create(message="older")
        BroadcastMessageFactory.create(message="**50 %** <b>\n")

        assert self.shown(shell, project, user) == ["**50 %** <b>\n"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"kind": BroadcastKind.NOTIFICATION},
            {"show_in_cli": False},
            {"starts_at": timezone.now() + timedelta(minutes=30)},
            {"ends_at": timezone.now() - timedelta(minutes=30)},
            {"target_path": "/gnuwget"},
            {"target_path": "gnuwget/*"},
            {"target_path": "/other/*"},
            {"target_access_levels": [10, 40]},
            {"message": ""},
        ],
    )
    def test_what_is_not_for_this_push_is_not_shown(
        self, shell: Caller, project: Project, user: User, fields: dict[str, Any]
    ) -> None:
        BroadcastMessageFactory.create(**fields)

        assert self.shown(shell, project, user) == []

    @pytest.mark.parametrize("target", ["/gnuwget/wget2", "/GNUwget/*", "*", "/*/wget?"])
    def test_a_targeted_one_goes_before_a_newer_general_one(
        self, shell: Caller, project: Project, user: User, target: str
    ) -> None:
        BroadcastMessageFactory.create(message="targeted", target_path=target)
        BroadcastMessageFactory.create(message="general")

        expected = "general" if "?" in target else "targeted"
        assert self.shown(shell, project, user) == [expected]

    def test_levels_are_those_in_the_project(self, shell: Caller, project: Project, user: User) -> None:
        BroadcastMessageFactory.create(message="for developers", target_access_levels=[30])

        assert self.shown(shell, project, user) == ["for developers"]
        assert self.shown(shell, project, UserFactory.create()) == []
        assert self.shown(shell, project, None) == []

    def test_a_wiki_belongs_to_its_project_and_a_personal_snippet_to_none(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        BroadcastMessageFactory.create(message="general")
        BroadcastMessageFactory.create(message="targeted", target_path="/gnuwget/wget2")
        snippet = SnippetFactory.create()

        wiki = self.shown(shell, project, user, gl_repository=f"wiki-{project.pk}")
        personal = self.shown(shell, project, user, gl_repository=f"snippet-{snippet.pk}")

        assert (wiki, personal) == (["targeted"], ["general"])


class TestMergeRequestOptions:
    def told(self, shell: Caller, body: dict[str, Any]) -> list[dict[str, str]]:
        messages = shell.post("post_receive", **body).json()["messages"]
        return [message for message in messages if message["type"] == "alert"]

    def test_good_options_are_ignored_and_say_so(self, shell: Caller, project: Project, user: User) -> None:
        body = push("refs/heads/topic", project=project, user=user, push_options=["mr.create"])

        assert self.told(shell, body) == [alert(NOTHING_CREATED)]

    def test_other_options_are_not_looked_at(self, shell: Caller, project: Project) -> None:
        body = push("refs/heads/topic", project=project, user=None, push_options=["ci.skip"])

        assert self.told(shell, body) == []

    def test_only_a_projects_repository_takes_them(self, shell: Caller, project: Project, user: User) -> None:
        options = ["mr.create", "ci.skip"]
        wiki = push(project=project, user=user, gl_repository=f"wiki-{project.pk}", push_options=options)
        unknown = push(project=project, user=user, gl_repository="project-4711", push_options=options)

        reason = "Push options are only supported for projects"
        assert self.told(shell, wiki) == [warning("'mr.create' 'ci.skip'", reason)]
        assert self.told(shell, unknown) == []

    def test_nobody_may_not(self, shell: Caller, project: Project) -> None:
        body = push(project=project, user=None, push_options=["mr.create"])

        assert self.told(shell, body) == [warning("'mr.create'", "User is required")]

    def test_a_guest_may_not(self, shell: Caller, project: Project) -> None:
        guest = MemberFactory.create(project=project, access_level=10).user
        body = push(project=project, user=guest, push_options=["mr.create"])

        assert self.told(shell, body) == [warning("'mr.create'", "User access was denied")]

    def test_the_target_must_be_open_to_the_user_and_in_the_same_network(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        closed = ProjectFactory.create()
        public = ProjectFactory.create(visibility_level=Visibility.PUBLIC)
        options = [f"mr.target_project={path}" for path in (closed.full_path, public.full_path.upper())]

        told = [
            self.told(shell, push(project=project, user=user, push_options=[option])) for option in options
        ]
        own = push(project=project, user=user, push_options=["mr.target_project=gnuwget/wget2"])

        network = f"Projects gnuwget/wget2 and {public.full_path} are not in the same network"
        assert told == [
            [warning(f"'{options[0]}'", "User access was denied")],
            [warning(f"'{options[1]}'", network)],
        ]
        assert self.told(shell, own) == [alert(NOTHING_CREATED)]

    def test_all_that_is_wrong_is_told_at_once(self, shell: Caller, project: Project, user: User) -> None:
        target = ProjectFactory.create(
            visibility_level=Visibility.PUBLIC, merge_requests_access_level=FeatureLevel.DISABLED
        )
        branches = [f"refs/heads/b{number}" for number in range(10)]
        options = [f"mr.target_project={target.full_path}", "mr.target=gone"]
        body = push(*branches, "refs/heads/main", project=project, user=user, push_options=options)

        with patch.object(Gitaly, "ref_exists", autospec=True, return_value=False) as asked:
            told = self.told(shell, body)

        reasons = "\n\n".join(
            [
                f"Projects gnuwget/wget2 and {target.full_path} are not in the same network",
                f"Merge requests are not enabled for project {target.full_path}",
                "Too many branches pushed (11 were pushed, limit is 10)",
                f"Target branch {target.full_path}:gone does not exist",
            ]
        )
        assert told == [warning(f"'{options[0]}' '{options[1]}'", reasons)]
        gitaly, ref = asked.call_args.args
        assert (gitaly.repository.gl_repository, ref) == (f"project-{target.pk}", "refs/heads/gone")

    def test_the_default_branch_and_deleted_ones_are_not_counted(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        branches = [f"refs/heads/b{number}" for number in range(10)]
        body = push(*branches, "refs/heads/main", project=project, user=user, push_options=["mr.create"])
        body["changes"] += f"{OLD} {BLANK} refs/heads/gone\n"

        assert self.told(shell, body) == [alert(NOTHING_CREATED)]

    def test_a_target_that_cannot_be_asked_for_is_believed(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        body = push(project=project, user=user, push_options=["mr.target=main"])

        with patch.object(Gitaly, "ref_exists", side_effect=GitalyUnavailable("down")):
            assert self.told(shell, body) == [alert(NOTHING_CREATED)]

    def test_a_deploy_key_pushes_with_the_rights_of_its_creator(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        key = DeployKeyFactory.create(user=user)
        body = push(project=project, user=None, identifier=f"key-{key.pk}", push_options=["mr.create"])

        assert key.kind == KeyKind.DEPLOY_KEY
        assert self.told(shell, body) == [alert(NOTHING_CREATED)]
