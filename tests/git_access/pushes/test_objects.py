"""What a push may bring along: files in LFS, large files, and how much of it all."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from pytest_django import Settings

from apps.directory.models import Project, ProjectStatistics, Snippet
from apps.git_access.models import LfsObjectLink
from apps.git_access.repositories import containers
from tests.factories.directory import ProjectFactory, SnippetFactory
from tests.factories.git_access import LfsObjectFactory, PushRuleFactory
from tests.git_access.allowed.asking import GRANTED, MAIN, creation, deletion, line, outcome, push
from tests.git_access.pushes.conftest import Stage
from tests.git_access.pushes.histories import Repository
from tests.gitaly_double.git import GitDirectory, init_bare

MISSING = (
    401,
    'LFS objects are missing. Ensure LFS is properly set up or try a manual "git lfs push --all".',
)
EXCEEDED = (
    401,
    "Your push to this repository cannot be completed because this repository has exceeded the allocated "
    "storage for your project. Contact your GitLab administrator for more information.",
)
WOULD_EXCEED = (
    401,
    "Your push to this repository cannot be completed as it would exceed the allocated storage for your "
    "project. Contact your GitLab administrator for more information.",
)
OID = sha256(b"a file").hexdigest()


def pointer(oid: str = OID) -> str:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 6\n"


def change(stage: Stage, **files: str) -> str:
    return line(MAIN, old=stage.base, new=stage.repository.commit(stage.base, files=files))


class TestLfs:
    def test_a_pointer_leads_to_an_object_of_the_project(self, stage: Stage) -> None:
        assert stage.push(change(stage, logo=pointer())) == MISSING

        found = LfsObjectFactory.create(oid=OID)
        LfsObjectLink.objects.create(lfs_object=found, project=ProjectFactory.create())
        assert stage.push(change(stage, logo=pointer())) == MISSING

        LfsObjectLink.objects.create(lfs_object=found, project=stage.project)
        assert stage.push(change(stage, logo=pointer(), other=pointer() + "\n")) == GRANTED

    def test_every_ref_is_looked_into(self, stage: Stage) -> None:
        new = stage.repository.commit(files={"logo": pointer()})

        for ref in ("refs/heads/x", "refs/tags/x", "refs/notes/x"):
            assert stage.push(creation(ref, new=new)) == MISSING

    def test_a_pointer_that_is_there_already_is_not_new(self, stage: Stage) -> None:
        old = stage.repository.set(MAIN, stage.repository.commit(stage.base, files={"logo": pointer()}))

        assert stage.push(line(MAIN, old=old, new=stage.repository.commit(old))) == GRANTED

    @pytest.mark.parametrize(
        ("instance", "namespace", "project", "looked"),
        [
            (True, None, None, True),
            (True, False, None, False),
            (True, False, True, True),
            (True, True, False, False),
            (False, None, True, False),
            (False, True, None, False),
        ],
    )
    def test_it_is_looked_for_only_where_lfs_is_on(
        self,
        stage: Stage,
        settings: Settings,
        instance: bool,
        namespace: bool | None,
        project: bool | None,
        looked: bool,
    ) -> None:
        settings.LFS_ENABLED = instance
        stage.project.namespace.lfs_enabled = namespace
        stage.project.namespace.save()
        Project.objects.update(lfs_enabled=project)

        stage.push(change(stage, a="x"))

        assert stage.asked.count("ListLFSPointers") == looked

    def test_many_missing_ones_are_found_in_batches(self, stage: Stage) -> None:
        oids = [f"{number:064x}" for number in range(1100)]
        for oid in oids:
            LfsObjectLink.objects.create(lfs_object=LfsObjectFactory.create(oid=oid), project=stage.project)
        files = {f"f{oid}": pointer(oid) for oid in oids}

        assert stage.push(change(stage, **files)) == GRANTED
        assert stage.push(change(stage, **files, last=pointer())) == MISSING


def test_a_file_over_the_limit_is_named(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, max_file_size=1)

    assert stage.push(change(stage, small="x" * 1_048_576)) == GRANTED
    assert stage.push(change(stage, **{"deep/large.bin": "x" * 2_097_152})) == (
        401,
        'File "deep/large.bin" is larger than the allowed size of 1 MB. Use Git LFS to manage this file.',
    )


class TestRepositorySize:
    @pytest.fixture(autouse=True)
    def _limit(self, stage: Stage) -> None:
        Project.objects.filter(pk=stage.project.pk).update(repository_size_limit=10_000)

    def measured(self, stage: Stage, size: int) -> None:
        ProjectStatistics.objects.create(project=stage.project, repository_size=size)

    def test_a_project_that_is_too_large_takes_nothing_more(self, stage: Stage) -> None:
        self.measured(stage, 10_001)

        assert stage.push(change(stage, a="x")) == EXCEEDED
        assert stage.push(deletion("refs/heads/other")) == GRANTED

    def test_a_push_that_would_make_it_too_large_is_refused(self, stage: Stage) -> None:
        self.measured(stage, 9_000)

        assert stage.push(change(stage, a="x" * 900)) == GRANTED
        assert stage.push(change(stage, a="x" * 1_100)) == WOULD_EXCEED

    def test_no_limit_asks_for_no_sizes(self, stage: Stage) -> None:
        Project.objects.update(repository_size_limit=0)

        assert stage.push(change(stage, a="x")) == GRANTED
        assert not {"ListBlobs", "GetObjectDirectorySize"} & set(stage.asked)

    def test_the_quarantine_is_measured_where_there_is_one(self, stage: Stage) -> None:
        self.measured(stage, 9_000)
        new = stage.repository.commit(stage.base, files={"a": "x"})
        git = stage.repository.git.path
        (git / "objects/incoming").mkdir()
        (git / "objects/incoming/pack").write_bytes(b"x" * 20_000)
        env: dict[str, Any] = {
            "GIT_OBJECT_DIRECTORY_RELATIVE": "objects/incoming",
            "GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE": ["objects"],
        }

        assert stage.push(line(MAIN, old=stage.base, new=new), env=env) == WOULD_EXCEED
        assert "GetObjectDirectorySize" in stage.asked
        assert "ListBlobs" not in stage.asked


class TestSnippets:
    def repository(self, stage: Stage, snippet: Snippet) -> Repository:
        found = containers.find(gl_repository=f"snippet-{snippet.pk}", project=None)
        assert found is not None
        path = stage.double.settings.storages["default"] / found.relative_path
        init_bare(path, branch="main")
        return replace(stage.repository, git=GitDirectory(path))

    @pytest.mark.parametrize(
        ("files", "said"),
        [
            (1, None),
            (10, None),
            (11, "The repository can contain at most 10 file(s)."),
            (0, "The repository must contain at least 1 file."),
        ],
    )
    def test_it_has_few_files_but_one(self, stage: Stage, files: int, said: str | None) -> None:
        snippet = SnippetFactory.create(author=stage.user, repository_exists=True, default_branch="main")
        repository = self.repository(stage, snippet)
        old = repository.set(MAIN, repository.commit(files={"f0": "x"}))
        changed = {f"f{number}": "y" for number in range(files)} or {"f0": ""}
        new = repository.commit(old, files=changed)

        response = push(
            stage.shell,
            stage.key,
            None,
            gl_repository=f"snippet-{snippet.pk}",
            changes=line(MAIN, old=old, new=new),
        )

        assert outcome(response) == ((401, said) if said else GRANTED)

    def test_it_has_a_size(self, stage: Stage, settings: Settings) -> None:
        settings.SNIPPET_SIZE_LIMIT = 100
        snippet = SnippetFactory.create(author=stage.user, repository_exists=True, default_branch="main")
        repository = self.repository(stage, snippet)
        old = repository.set(MAIN, repository.commit(files={"f0": "x"}))

        response = push(
            stage.shell,
            stage.key,
            None,
            gl_repository=f"snippet-{snippet.pk}",
            changes=line(MAIN, old=old, new=repository.commit(old, files={"f0": "x" * 200})),
        )

        assert outcome(response) == WOULD_EXCEED
