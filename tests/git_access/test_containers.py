"""Which repository a request means."""

import hashlib

import pytest

from apps.directory.models import RedirectRoute
from apps.git_access.repositories import containers
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import MalformedRepository, RepositoryType
from tests.factories.directory import (
    GroupFactory,
    PersonalNamespaceFactory,
    ProjectAliasFactory,
    ProjectFactory,
    SnippetFactory,
    subgroup,
)

pytestmark = pytest.mark.django_db


def by_path(path: str) -> Container | None:
    return containers.find(gl_repository=None, project=path)


def hashed(container_id: int) -> str:
    digest = hashlib.sha256(str(container_id).encode()).hexdigest()
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


@pytest.mark.parametrize(
    "path", ["gnuwget/wget2", "/gnuwget/wget2.git", "GnuWget/WGET2.git", "gnuwget/wget2.git"]
)
def test_a_project_is_found_by_its_path_in_any_letter_case(path: str) -> None:
    project = ProjectFactory.create(namespace=GroupFactory.create(path="gnuwget"), path="wget2")

    found = by_path(path)

    assert found == Container(type=RepositoryType.PROJECT, full_path="gnuwget/wget2", project=project)
    assert (found.gl_repository, found.gl_project_path) == (f"project-{project.pk}", "gnuwget/wget2")
    assert found.relative_path == f"@hashed/{hashed(project.pk)}.git"


def test_a_moved_project_is_found_and_its_old_path_kept() -> None:
    project = ProjectFactory.create(namespace=GroupFactory.create(path="new"), path="home")
    RedirectRoute.objects.create(path="old/home", project=project)

    found = by_path("/Old/home.git")

    assert found is not None
    assert (found.project, found.redirected_path) == (project, "Old/home")


def test_an_alias_is_exact_and_is_no_move() -> None:
    alias = ProjectAliasFactory.create(name="wget")

    found = by_path("wget.git")

    assert found is not None
    assert (found.project, found.redirected_path) == (alias.project, None)
    assert by_path("Wget.git") is None


def test_an_alias_wins_over_a_path() -> None:
    ProjectFactory.create(namespace=GroupFactory.create(path="a"), path="b")
    alias = ProjectAliasFactory.create(name="a/b")

    found = by_path("a/b")

    assert found is not None
    assert found.project == alias.project


def test_a_wiki_belongs_to_a_project_before_a_group() -> None:
    group = GroupFactory.create(path="a")
    project = ProjectFactory.create(namespace=group, path="b")
    nested = subgroup(group, path="c")

    of_project, of_group = by_path("a/b.wiki.git"), by_path("a/c.wiki")

    assert of_project == Container(type=RepositoryType.PROJECT_WIKI, full_path="a/b", project=project)
    assert of_project.gl_repository == f"wiki-{project.pk}"
    assert of_project.gl_project_path == "a/b.wiki"
    assert of_project.relative_path == f"@hashed/{hashed(project.pk)}.wiki.git"
    assert of_group == Container(type=RepositoryType.GROUP_WIKI, full_path="a/c", group=nested)
    assert of_group.gl_repository == f"group-{nested.pk}-wiki"
    assert of_group.gl_project_path == "a/c.wiki"
    assert of_group.relative_path == f"@groups/{hashed(nested.pk)}.wiki.git"


def test_a_project_whose_name_ends_in_wiki_is_no_wiki() -> None:
    group = GroupFactory.create(path="a")
    ProjectFactory.create(namespace=group, path="b")
    project = ProjectFactory.create(namespace=group, path="b.wiki")

    found = by_path("a/b.wiki")

    assert found is not None
    assert (found.type, found.project) == (RepositoryType.PROJECT, project)


def test_a_moved_group_still_has_its_wiki_at_the_old_path() -> None:
    group = GroupFactory.create(path="new")
    RedirectRoute.objects.create(path="old", namespace=group)

    found = by_path("old.wiki.git")

    assert found == Container(
        type=RepositoryType.GROUP_WIKI, full_path="new", group=group, redirected_path="old.wiki"
    )


def test_a_personal_namespace_has_no_wiki() -> None:
    namespace = PersonalNamespaceFactory.create()

    assert by_path(f"{namespace.full_path}.wiki") is None
    assert containers.find(gl_repository=f"group-{namespace.pk}-wiki", project=None) is None


def test_a_personal_snippet_has_only_the_short_form() -> None:
    project = ProjectFactory.create(namespace=GroupFactory.create(path="a"), path="b")
    personal, of_project = SnippetFactory.create(), SnippetFactory.create(project=project)

    found = by_path(f"snippets/{personal.pk}.git")

    assert found == Container(
        type=RepositoryType.SNIPPET, full_path=f"snippets/{personal.pk}", snippet=personal
    )
    assert found.gl_repository == f"snippet-{personal.pk}"
    assert found.relative_path == f"@snippets/{hashed(personal.pk)}.git"
    assert by_path(f"snippets/{of_project.pk}") is None
    assert by_path(f"a/b/snippets/{personal.pk}") is None


def test_a_project_snippet_belongs_to_the_project_of_its_path() -> None:
    project = ProjectFactory.create(namespace=GroupFactory.create(path="a"), path="b", disk_path="a/b")
    other = ProjectFactory.create(namespace=GroupFactory.create(path="c"), path="d")
    snippet = SnippetFactory.create(project=project)

    found = by_path(f"A/b/snippets/{snippet.pk}")

    assert found == Container(
        type=RepositoryType.SNIPPET,
        full_path=f"a/b/snippets/{snippet.pk}",
        project=project,
        snippet=snippet,
    )
    assert found.relative_path == f"@snippets/{hashed(snippet.pk)}.git"
    assert by_path(f"{other.full_path}/snippets/{snippet.pk}") is None
    assert by_path(f"no/where/snippets/{snippet.pk}") is None


def test_designs_lie_beside_their_project() -> None:
    project = ProjectFactory.create(namespace=GroupFactory.create(path="a"), path="b")

    found = by_path("a/b.design.git")

    assert found == Container(type=RepositoryType.DESIGN, full_path="a/b", project=project)
    assert (found.gl_repository, found.gl_project_path) == (f"design-{project.pk}", "a/b.design")
    assert found.relative_path == f"@hashed/{hashed(project.pk)}.design.git"


@pytest.mark.parametrize(
    "path", ["", "/", ".git", "nobody/nothing", "x.wiki", "x.design", "snippets/0", "snippets/9" * 3]
)
def test_a_path_of_nothing_finds_nothing(path: str) -> None:
    assert by_path(path) is None


def test_each_repository_id_names_its_container() -> None:
    project = ProjectFactory.create()
    group = GroupFactory.create()
    snippet = SnippetFactory.create(project=project)
    names = [
        f"project-{project.pk}",
        f"wiki-{project.pk}",
        f"project-{project.pk}-wiki",
        f"group-{group.pk}-wiki",
        f"snippet-{snippet.pk}",
        f"design-{project.pk}",
    ]

    found = [containers.find(gl_repository=name, project="ignored/path") for name in names]

    assert [(item.type, item.gl_project_path) for item in found if item] == [
        (RepositoryType.PROJECT, project.full_path),
        (RepositoryType.PROJECT_WIKI, f"{project.full_path}.wiki"),
        (RepositoryType.PROJECT_WIKI, f"{project.full_path}.wiki"),
        (RepositoryType.GROUP_WIKI, f"{group.full_path}.wiki"),
        (RepositoryType.SNIPPET, f"{project.full_path}/snippets/{snippet.pk}"),
        (RepositoryType.DESIGN, f"{project.full_path}.design"),
    ]


@pytest.mark.parametrize("name", ["project-1", "wiki-1", "group-1-wiki", "snippet-1", "design-1"])
def test_an_unknown_id_has_no_container(name: str) -> None:
    assert containers.find(gl_repository=name, project=None) is None


def test_a_malformed_repository_is_refused_even_next_to_a_path() -> None:
    with pytest.raises(MalformedRepository):
        containers.find(gl_repository="project-x", project="a/b")


def test_a_disk_path_overrides_the_hashed_one() -> None:
    project = ProjectFactory.create(disk_path="legacy/home", storage="nfs")

    paths = [
        found.repository.relative_path
        for name in (f"project-{project.pk}", f"wiki-{project.pk}", f"design-{project.pk}")
        if (found := containers.find(gl_repository=name, project=None))
    ]

    assert paths == ["legacy/home.git", "legacy/home.wiki.git", "legacy/home.design.git"]


def test_the_storage_is_that_of_the_owner() -> None:
    project = ProjectFactory.create(storage="nfs")
    snippet = SnippetFactory.create(project=project, storage="cold")
    group = GroupFactory.create()

    storages = [
        found.storage
        for name in (f"project-{project.pk}", f"snippet-{snippet.pk}", f"group-{group.pk}-wiki")
        if (found := containers.find(gl_repository=name, project=None))
    ]

    assert storages == ["nfs", "cold", "default"]


def test_the_namespace_is_that_of_the_project_or_the_group_itself() -> None:
    group = GroupFactory.create()
    project = ProjectFactory.create(namespace=group)
    names = (f"project-{project.pk}", f"group-{group.pk}-wiki", f"snippet-{SnippetFactory.create().pk}")

    found = [containers.find(gl_repository=name, project=None) for name in names]

    assert [item.namespace for item in found if item] == [group, group, None]


def test_the_alias_of_a_project_is_no_former_path_of_its_snippets() -> None:
    snippet = SnippetFactory.create(project=ProjectFactory.create())
    ProjectAliasFactory.create(name="short", project=snippet.project)

    found = by_path(f"short/snippets/{snippet.pk}")

    assert found is not None
    assert (found.snippet, found.by_alias, found.redirected_path) == (snippet, True, None)
