"""Which branch becomes a project's default, what Gitaly's HEAD is then, and how the branch is protected."""

import grpc
import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from apps.core.gitaly.failures import GitalyUnavailable
from apps.directory.models import Namespace, Project
from apps.git_access.models import ProtectedBranch, ProtectedTag, PushRecord
from apps.git_access.pushes.after import default_branches
from tests.factories.git_access import ProtectedBranchFactory, PushRecordFactory
from tests.git_access.allowed.asking import creation, deletion, line
from tests.git_access.pushes.conftest import Stage


@pytest.fixture
def empty(stage: Stage) -> Stage:
    """A project to which nobody has pushed."""
    stage.repository.git.run("update-ref", "-d", "refs/heads/main")
    Project.objects.update(default_branch=None)
    return stage


def head(stage: Stage) -> str:
    return stage.repository.git.run("symbolic-ref", "HEAD").decode().strip()


def default_branch(stage: Stage) -> str | None:
    stage.project.refresh_from_db()
    return stage.project.default_branch


def pushed(stage: Stage, *changes: str) -> PushRecord:
    """Record a finished push, whose branches are then there or gone."""
    for old, new, ref in (change.split() for change in changes):
        if set(new) == {"0"}:
            stage.repository.git.run("update-ref", "-d", ref)
        else:
            stage.repository.set(ref, stage.base)
        assert old
    return PushRecordFactory.create(
        gl_repository=f"project-{stage.project.pk}", user=stage.user, changes="".join(changes)
    )


def settle(stage: Stage, *refs: str) -> None:
    """Push new refs and settle the default branch."""
    default_branches.settle(record_id=pushed(stage, *map(creation, refs)).pk)


def rules(stage: Stage) -> list[tuple[str, bool, list[tuple[str, int | None]]]]:
    found = ProtectedBranch.objects.filter(project=stage.project).order_by("pk")
    return [
        (
            rule.name,
            rule.allow_force_push,
            list(rule.access.order_by("-right").values_list("right", "access_level")),
        )
        for rule in found
    ]


class TestFirstPush:
    @pytest.mark.parametrize(
        ("branches", "chosen"),
        [
            (["trunk"], "trunk"),
            (["master"], "master"),
            (["zebra", "alpha"], "zebra"),
            (["develop", "master"], "master"),
            (["develop", "master", "main"], "main"),
        ],
    )
    def test_its_branch_becomes_the_default_and_head_leads_there(
        self, empty: Stage, branches: list[str], chosen: str
    ) -> None:
        settle(empty, "refs/tags/v1", *(f"refs/heads/{name}" for name in branches))

        assert (default_branch(empty), head(empty)) == (chosen, f"refs/heads/{chosen}")
        assert [name for name, _, _ in rules(empty)] == [chosen]

    def test_later_pushes_move_nothing(self, empty: Stage) -> None:
        settle(empty, "refs/heads/trunk")

        settle(empty, "refs/heads/alpha")
        settle(empty, "refs/heads/main")

        assert (default_branch(empty), head(empty)) == ("trunk", "refs/heads/trunk")
        assert [name for name, _, _ in rules(empty)] == ["trunk"]

    def test_the_branch_that_an_operator_has_chosen_before_is_protected(self, empty: Stage) -> None:
        Project.objects.update(default_branch="trunk")

        settle(empty, "refs/heads/main", "refs/heads/trunk")

        assert (default_branch(empty), head(empty)) == ("trunk", "refs/heads/trunk")
        assert [name for name, _, _ in rules(empty)] == ["trunk"]

    def test_two_pushes_at_once_agree_with_gitaly(self, empty: Stage) -> None:
        first = pushed(empty, creation("refs/heads/trunk"))
        second = pushed(empty, creation("refs/heads/dev"))

        for record in (first, second):
            default_branches.settle(record_id=record.pk)

        assert head(empty) == f"refs/heads/{default_branch(empty)}"

    def test_a_repository_that_had_branches_before_keeps_its_head(self, stage: Stage) -> None:
        Project.objects.update(default_branch=None)

        settle(stage, "refs/heads/aaa")

        assert (default_branch(stage), head(stage)) == ("main", "refs/heads/main")
        assert rules(stage) == []

    def test_gitaly_is_told_before_the_branch_is_protected(self, empty: Stage) -> None:
        empty.double.fail("WriteRef", grpc.StatusCode.UNAVAILABLE)
        record = pushed(empty, creation("refs/heads/trunk"))

        with pytest.raises(GitalyUnavailable):
            default_branches.settle(record_id=record.pk)
        before = (default_branch(empty), rules(empty))
        empty.double.mend()
        default_branches.settle(record_id=record.pk)

        assert before == (None, [])
        assert (default_branch(empty), head(empty)) == ("trunk", "refs/heads/trunk")


class TestGoneBranch:
    def test_another_one_takes_its_place(self, stage: Stage) -> None:
        stage.repository.set("refs/heads/other", stage.base)
        record = pushed(stage, deletion("refs/heads/main"))

        default_branches.settle(record_id=record.pk)

        assert (default_branch(stage), head(stage)) == ("other", "refs/heads/other")
        assert rules(stage) == []

    def test_without_any_the_next_push_is_a_first_one(self, stage: Stage) -> None:
        default_branches.settle(record_id=pushed(stage, deletion("refs/heads/main")).pk)
        gone = default_branch(stage)

        settle(stage, "refs/heads/trunk")

        assert (gone, default_branch(stage), head(stage)) == ("", "trunk", "refs/heads/trunk")

    def test_one_that_is_back_stays(self, stage: Stage) -> None:
        record = pushed(stage, deletion("refs/heads/main"))
        stage.repository.set("refs/heads/alpha", stage.base)
        stage.repository.set("refs/heads/main", stage.base)

        default_branches.settle(record_id=record.pk)

        assert default_branch(stage) == "main"


class TestOperators:
    def test_what_is_stored_becomes_gitalys_head(self, stage: Stage) -> None:
        stage.repository.set("refs/heads/trunk", stage.base)
        Project.objects.update(default_branch="trunk")

        default_branches.tell(project_id=stage.project.pk)

        assert (default_branch(stage), head(stage)) == ("trunk", "refs/heads/trunk")

    def test_a_branch_that_is_not_there_gives_way(self, stage: Stage) -> None:
        Project.objects.update(default_branch="none")

        default_branches.tell(project_id=stage.project.pk)

        assert (default_branch(stage), head(stage)) == ("main", "refs/heads/main")


class TestProtection:
    @pytest.mark.parametrize(
        ("instance", "group", "levels"),
        [
            (2, None, (40, 40)),
            (0, None, None),
            (2, 0, None),
            (0, 1, (30, 40)),
            (0, 2, (40, 40)),
            (0, 3, (40, 30)),
            (0, 4, (40, 40)),
        ],
    )
    def test_a_new_default_branch_is_protected_as_the_namespace_says(
        self,
        empty: Stage,
        settings: Settings,
        instance: int,
        group: int | None,
        levels: tuple[int, int] | None,
    ) -> None:
        settings.DEFAULT_BRANCH_PROTECTION = instance
        Namespace.objects.update(default_branch_protection=group)

        settle(empty, "refs/heads/trunk")

        expected = [("trunk", False, [("push", levels[0]), ("merge", levels[1])])] if levels else []
        assert rules(empty) == expected

    @pytest.mark.parametrize("name", ["trunk", "tr*", "*"])
    def test_a_rule_that_matches_is_enough(self, empty: Stage, name: str) -> None:
        ProtectedBranchFactory.create(project=empty.project, name=name)

        settle(empty, "refs/heads/trunk")

        assert rules(empty) == [(name, False, [])]

    def test_a_branch_that_was_there_before_is_not_protected(self, stage: Stage) -> None:
        Project.objects.update(default_branch=None)
        record = pushed(stage, line("refs/heads/main"))

        default_branches.settle(record_id=record.pk)

        assert (default_branch(stage), rules(stage)) == ("main", [])


@pytest.mark.django_db
def test_nothing_is_settled_for_what_is_gone() -> None:
    gone = PushRecordFactory.create(gl_repository="project-4711", changes=creation("refs/heads/main"))

    default_branches.settle(record_id=gone.pk)
    default_branches.settle(record_id=gone.pk + 1)

    assert not ProtectedBranch.objects.exists()


@pytest.mark.parametrize("model", [ProtectedBranch, ProtectedTag])
def test_no_rule_has_an_empty_name(stage: Stage, model: type[ProtectedBranch] | type[ProtectedTag]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(project=stage.project, name="")
