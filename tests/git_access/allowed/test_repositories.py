"""Which repository is meant, by id and by the path as typed."""

import pytest

from apps.directory.models import Namespace, Project, RedirectRoute, User
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    ProjectAliasFactory,
    ProjectFactory,
    SnippetFactory,
)
from tests.git_access.allowed.asking import (
    GRANTED,
    HIDDEN,
    NO_NAMESPACE,
    NO_PROJECT,
    NO_SNIPPET,
    NO_WIKI,
    Outcome,
    outcome,
    pull,
    push,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["gnuwget/wget2", "/gnuwget/wget2", "gnuwget/wget2.git", "/GnuWget/WGET2.git"]
)
def test_a_path_has_no_letter_case_and_may_be_typed_in_full(
    shell: Caller, project: Project, user: User, path: str
) -> None:
    response = pull(shell, user, path)

    assert response.json()["gl_project_path"] == "gnuwget/wget2"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", (404, NO_NAMESPACE)),
        ("/", (404, NO_NAMESPACE)),
        (".git", (404, NO_NAMESPACE)),
        ("wget2", (404, NO_NAMESPACE)),
        ("wget2.git", (404, NO_NAMESPACE)),
        ("gnuwget/", (404, NO_NAMESPACE)),
        ("/gnuwget/wget2.git/", (404, NO_NAMESPACE)),
        ("//gnuwget/wget2.git", (404, NO_NAMESPACE)),
        ("gnuwget//wget2", (404, NO_NAMESPACE)),
        ("gnuwget/wget2.git.git", (404, NO_NAMESPACE)),
        ("gnuwget/wget2.atom", (404, NO_NAMESPACE)),
        ("gnuwget./wget3", (404, NO_NAMESPACE)),
        ("-gnuwget/wget3", (404, NO_NAMESPACE)),
        ("gnu wget/wget3", (404, NO_NAMESPACE)),
        ("gnuwget/wget2\n", (404, NO_NAMESPACE)),
        ("admin/wget2", (404, NO_NAMESPACE)),
        ("API/wget2", (404, NO_NAMESPACE)),
        ("snippets/999", (404, NO_NAMESPACE)),
        ("gnuwget/blob", (404, NO_NAMESPACE)),
        ("gnuwget/wget2/snippets/999", (404, NO_PROJECT)),
        ("gnuwget/admin", (404, NO_PROJECT)),
        ("gnuwget/wget3", (404, NO_PROJECT)),
        ("nobody/wget2", (404, NO_PROJECT)),
        ("none.wiki", (404, NO_NAMESPACE)),
        ("nobody/none.wiki", (404, NO_PROJECT)),
        ("/".join(["a"] * 22), (404, NO_PROJECT)),
        ("/".join(["a"] * 23), (404, NO_NAMESPACE)),
    ],
)
def test_a_path_without_a_repository(
    shell: Caller, project: Project, user: User, path: str, said: Outcome
) -> None:
    response = pull(shell, user, path)

    assert outcome(response) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("project-999", (404, NO_NAMESPACE)),
        ("wiki-999", (404, NO_WIKI)),
        ("project-999-wiki", (404, NO_WIKI)),
        ("group-999-wiki", (404, NO_WIKI)),
        ("snippet-999", (404, NO_SNIPPET)),
        ("design-999", (401, "You are not allowed to manage designs of this project")),
        ("project-9223372036854775807", (404, NO_NAMESPACE)),
    ],
)
def test_an_id_without_a_row(shell: Caller, user: User, name: str, said: Outcome) -> None:
    response = pull(shell, user, gl_repository=name, protocol="web")

    assert outcome(response) == said


def test_a_personal_namespace_has_no_wiki(shell: Caller, user: User) -> None:
    namespace = Namespace.objects.create(kind="user", owner=user, path="rubi", name="Rubi")

    response = pull(shell, user, gl_repository=f"group-{namespace.pk}-wiki")

    assert outcome(response) == (404, NO_WIKI)


def test_the_id_wins_and_the_directory_beside_it_is_not_looked_at(
    shell: Caller, project: Project, user: User
) -> None:
    other = ProjectFactory.create(repository_exists=True)

    response = pull(shell, user, other, gl_repository=f"project-{project.pk}")

    assert response.json()["gl_repository"] == f"project-{project.pk}"


def test_an_unknown_id_does_not_fall_back_to_the_path(shell: Caller, project: Project, user: User) -> None:
    response = pull(shell, user, project, gl_repository="project-999")

    assert outcome(response) == (404, NO_NAMESPACE)


def test_an_alias_is_exact_and_no_move(shell: Caller, project: Project, user: User) -> None:
    ProjectAliasFactory.create(name="wget", project=project)

    responses = [push(shell, user, path) for path in ("wget", "wget.git", "/wget.git", "Wget")]

    assert [outcome(response) for response in responses] == [GRANTED, GRANTED, GRANTED, (404, NO_NAMESPACE)]
    assert responses[0].json()["gl_project_path"] == "gnuwget/wget2"


@pytest.mark.parametrize("suffix", [".wiki", ".design"])
def test_an_alias_also_leads_to_wiki_and_designs(
    shell: Caller, project: Project, user: User, suffix: str
) -> None:
    ProjectAliasFactory.create(name="wget", project=project)

    response = pull(shell, user, f"wget{suffix}.git", protocol="web")

    assert response.json()["gl_project_path"] == f"gnuwget/wget2{suffix}"


def test_an_alias_wins_over_a_path(shell: Caller, project: Project, user: User) -> None:
    ProjectFactory.create(namespace=GroupFactory.create(path="a"), path="b", visibility_level=20)
    ProjectAliasFactory.create(name="a/b", project=project)

    response = pull(shell, user, "a/b.git")

    assert response.json()["gl_repository"] == f"project-{project.pk}"


def test_a_former_path_leads_to_the_project(shell: Caller, project: Project, user: User) -> None:
    RedirectRoute.objects.create(path="old/Home", project=project)

    response = pull(shell, user, "/OLD/home.git")

    assert response.json()["gl_project_path"] == "gnuwget/wget2"


def test_a_project_of_today_wins_over_a_former_path(shell: Caller, project: Project, user: User) -> None:
    RedirectRoute.objects.create(path="gnuwget/WGET2", project=ProjectFactory.create())

    response = pull(shell, user, project)

    assert response.json()["gl_repository"] == f"project-{project.pk}"


def test_a_project_wins_over_a_wiki_and_a_projects_wiki_over_a_groups(shell: Caller) -> None:
    public = {"visibility_level": 20, "repository_exists": True, "wiki_repository_exists": True}
    group = GroupFactory.create(path="a")
    called_wiki = ProjectFactory.create(namespace=group, path="b.wiki", **public)
    owner = ProjectFactory.create(namespace=group, path="b", **public)
    nested = GroupFactory.create(path="c", parent=group, visibility_level=20, wiki_repository_exists=True)

    def found(path: str) -> str:
        return str(pull(shell, None, path).json()["gl_repository"])

    assert found("a/b.wiki") == f"project-{called_wiki.pk}"
    assert found("a/b.wiki.wiki") == f"wiki-{called_wiki.pk}"
    assert found("a/c.wiki") == f"group-{nested.pk}-wiki"
    called_wiki.delete()
    assert found("a/b.wiki") == f"wiki-{owner.pk}"


def test_a_personal_snippet_has_the_short_path_and_a_projects_snippet_the_long_one(
    shell: Caller, project: Project, user: User
) -> None:
    personal = SnippetFactory.create(author=user, repository_exists=True)
    of_project = SnippetFactory.create(project=project, repository_exists=True)
    other = ProjectFactory.create(path="other")
    MemberFactory.create(user=user, project=other)

    said = [
        outcome(pull(shell, user, path))
        for path in (
            f"snippets/{personal.pk}",
            f"/gnuwget/WGET2/snippets/{of_project.pk}.git",
            f"snippets/{of_project.pk}",
            f"gnuwget/wget2/snippets/{personal.pk}",
            f"{other.full_path}/snippets/{of_project.pk}",
        )
    ]

    assert said == [GRANTED, GRANTED, (404, NO_NAMESPACE), HIDDEN, HIDDEN]
