"""What follows a push: the job."""

import base64
from datetime import datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from apps.directory.models import Project, Snippet, User
from apps.git_access.models import ProtectedBranch, PushEvent, PushRecord
from apps.git_access.pushes.after import push_events
from tests.factories.directory import GroupFactory, ProjectFactory, SnippetFactory, UserFactory
from tests.factories.git_access import PushRecordFactory
from tests.git_access.threads import in_threads

pytestmark = pytest.mark.django_db
BLANK = "0" * 40
OLD, NEW = "a" * 40, "b" * 40


@pytest.fixture
def user() -> User:
    return UserFactory.create()


@pytest.fixture
def project() -> Project:
    return ProjectFactory.create(default_branch="main", repository_exists=True)


def push(project: Project, user: User | None, changes: str, **fields: Any) -> PushRecord:
    fields = {"gl_repository": f"project-{project.pk}", "user": user, "changes": changes, **fields}
    return PushRecordFactory.create(**fields)


def process(record: PushRecord, *, now: datetime | None = None) -> None:
    push_events.process(record_id=record.pk, now=now or timezone.now())
    record.refresh_from_db()


def events(record: PushRecord) -> list[tuple[str, str, str, str, int]]:
    rows = record.events.order_by("position")
    return [(row.kind, row.ref, row.old_revision, row.new_revision, row.ref_count) for row in rows]


class TestProject:
    def test_each_branch_and_tag_has_an_event(self, project: Project, user: User) -> None:
        changes = (
            f"{BLANK} {NEW} refs/heads/topic\n{OLD} {NEW} refs/notes/x\n"
            f"{OLD} {NEW} refs/heads/other\n{OLD} {BLANK} refs/tags/v1"
        )
        now = timezone.now()
        record = push(project, user, changes)

        process(record, now=now)

        assert record.processed_at == now
        assert events(record) == [
            ("created", "refs/heads/topic", BLANK, NEW, 1),
            ("pushed", "refs/heads/other", OLD, NEW, 1),
            ("removed", "refs/tags/v1", OLD, BLANK, 1),
        ]

    def test_many_refs_have_one_event_together(
        self, project: Project, user: User, settings: Settings
    ) -> None:
        settings.PUSH_EVENT_ACTIVITIES_LIMIT = 3
        lines = [f"{OLD} {NEW} refs/heads/b{number}\n" for number in range(4)]
        few, many = push(project, user, "".join(lines[:3])), push(project, user, "".join(lines))

        process(few)
        process(many)

        assert len(events(few)) == 3
        assert events(many) == [("bulk", "", "", "", 4)]

    def test_the_project_learns_that_it_was_pushed_to(self, user: User) -> None:
        project = ProjectFactory.create()
        now = timezone.now()

        process(push(project, user, f"{OLD} {NEW} refs/notes/x"), now=now)
        project.refresh_from_db()

        assert (project.last_repository_updated_at, project.repository_exists) == (now, True)

    def test_a_ref_may_be_as_long_as_git_allows(self, project: Project, user: User) -> None:
        ref = "refs/heads/" + "/".join(f"{number:0>250}" for number in range(15))
        record = push(project, user, f"{OLD} {NEW} {ref}")

        process(record)

        assert events(record) == [("pushed", ref, OLD, NEW, 1)]

    def test_base64_and_other_encodings_are_read(self, project: Project, user: User) -> None:
        lines = f"{OLD} {NEW} refs/heads/".encode()
        records = [
            push(project, user, base64.b64encode(lines + name).decode())
            for name in ("ü".encode(), "ü".encode("latin-1"), b"a\0b")
        ]

        for record in records:
            process(record)

        assert [events(record)[0][1] for record in records] == [
            "refs/heads/ü",
            "refs/heads/ü",
            "refs/heads/ab",
        ]

    @pytest.mark.parametrize(
        "changes", ["", "nonsense", "====", "abcde", "a b c", f"{OLD} {NEW}", f"{OLD} {NEW} main\n"]
    )
    def test_what_names_no_ref_has_no_event(self, project: Project, user: User, changes: str) -> None:
        record = push(project, user, changes)

        process(record)

        assert events(record) == []
        assert record.processed_at is not None


class TestOnce:
    def test_a_second_run_changes_nothing(self, project: Project, user: User) -> None:
        record = push(project, user, f"{OLD} {NEW} refs/heads/topic")
        process(record)
        first = record.processed_at

        process(record)

        assert len(events(record)) == 1
        assert record.processed_at == first

    def test_a_record_that_is_gone_is_no_error(self) -> None:
        push_events.process(record_id=4711, now=timezone.now())

    def test_a_failure_leaves_nothing_half_done(self, project: Project, user: User) -> None:
        record = push(project, user, f"{OLD} {NEW} refs/heads/topic")

        with (
            patch.object(push_events, "_note_project", side_effect=RuntimeError("half way")),
            pytest.raises(RuntimeError),
        ):
            push_events.process(record_id=record.pk, now=timezone.now())
        record.refresh_from_db()

        assert (record.processed_at, events(record)) == (None, [])

    @pytest.mark.django_db(transaction=True)
    def test_several_workers_with_one_push_do_it_once(self, project: Project, user: User) -> None:
        record = push(project, user, f"{OLD} {NEW} refs/heads/topic")

        in_threads(4, lambda: push_events.process(record_id=record.pk, now=timezone.now()))

        assert len(events(record)) == 1


class TestNobodyAndNowhere:
    def test_nobodys_push_stays_a_record(self, user: User) -> None:
        project = ProjectFactory.create()
        record = push(project, None, f"{OLD} {NEW} refs/heads/topic")

        process(record)
        project.refresh_from_db()

        assert record.processed_at is not None
        assert events(record) == []
        assert (project.repository_exists, project.last_repository_updated_at) == (None, None)

    @pytest.mark.parametrize("name", ["project-4711", "wiki-4711", "group-4711-wiki", "snippet-4711"])
    def test_an_unknown_repository_is_done_with(self, user: User, name: str) -> None:
        record = PushRecordFactory.create(gl_repository=name, user=user, changes=f"{OLD} {NEW} refs/heads/x")

        process(record)

        assert (record.processed_at is not None, events(record)) == (True, [])


class TestOtherRepositories:
    def test_a_wiki_has_one_event(self, project: Project, user: User) -> None:
        group = GroupFactory.create()
        changes = f"{OLD} {NEW} refs/heads/a\n{OLD} {NEW} refs/heads/b"
        of_project = push(project, user, changes, gl_repository=f"wiki-{project.pk}")
        of_group = push(project, user, changes, gl_repository=f"group-{group.pk}-wiki")

        process(of_project)
        process(of_group)
        project.refresh_from_db()
        group.refresh_from_db()

        assert events(of_project) == events(of_group) == [("pushed", "", "", "", 2)]
        assert (project.wiki_repository_exists, group.wiki_repository_exists) == (True, True)
        assert project.last_repository_updated_at is None

    def test_a_snippet_was_updated_now(self, user: User) -> None:
        snippet: Snippet = SnippetFactory.create()
        record = PushRecordFactory.create(
            gl_repository=f"snippet-{snippet.pk}", user=user, changes=f"{OLD} {NEW} refs/heads/main"
        )
        now = timezone.now()

        process(record, now=now)
        snippet.refresh_from_db()

        assert (snippet.updated_at, snippet.repository_exists) == (now, True)
        assert events(record) == []

    def test_designs_leave_no_trace(self, project: Project, user: User) -> None:
        record = push(project, user, f"{OLD} {NEW} refs/heads/main", gl_repository=f"design-{project.pk}")

        process(record)

        assert (record.processed_at is not None, events(record)) == (True, [])


class TestDefaultBranch:
    @pytest.mark.parametrize(
        ("known", "change", "open_"),
        [
            (None, f"{BLANK} {NEW} refs/heads/topic", True),
            ("", f"{OLD} {NEW} refs/heads/topic", True),
            (None, f"{BLANK} {NEW} refs/tags/v1", False),
            ("main", f"{OLD} {NEW} refs/heads/topic", False),
            ("main", f"{OLD} {NEW} refs/heads/main", False),
            ("main", f"{OLD} {BLANK} refs/heads/topic", False),
            ("main", f"{OLD} {BLANK} refs/heads/main", True),
            ("main", f"{BLANK} {NEW} refs/heads/topic", False),
            ("main", f"{BLANK} {NEW} refs/heads/main", True),
        ],
    )
    def test_it_is_settled_by_a_job_when_there_is_none_or_it_comes_or_goes(
        self, user: User, known: str | None, change: str, open_: bool
    ) -> None:
        project = ProjectFactory.create(default_branch=known)
        record = push(project, user, change, correlation_id="01HX")

        process(record)
        project.refresh_from_db()

        jobs = DBTaskResult.objects.filter(task_path__endswith="settle_default_branch")
        expected = [{"args": [], "kwargs": {"record_id": record.pk, "correlation_id": "01HX"}}]
        assert list(jobs.values_list("args_kwargs", flat=True)) == (expected if open_ else [])
        assert project.default_branch == known

    def test_a_first_push_of_a_tag_protects_nothing(self, user: User) -> None:
        project = ProjectFactory.create()

        process(push(project, user, f"{BLANK} {NEW} refs/tags/v1"))

        assert not ProtectedBranch.objects.exists()

    def test_a_record_prints_as_what_it_is(self, project: Project, user: User) -> None:
        record = push(project, user, f"{OLD} {NEW} refs/heads/topic")
        process(record)

        assert str(record) == f"Push {record.pk} to project-{project.pk}"
        assert str(PushEvent.objects.get()) == "Pushed refs/heads/topic"
