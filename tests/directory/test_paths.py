"""Paths of namespaces and projects: which are legal, and what follows when one changes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.directory import paths
from apps.directory.models import Namespace, Project, RedirectRoute, Route
from tests.factories.directory import GroupFactory, PersonalNamespaceFactory, ProjectFactory, subgroup

RESERVED_FIRST = [
    "-",
    ".well-known",
    "404.html",
    "422.html",
    "500.html",
    "502.html",
    "503.html",
    "admin",
    "api",
    "apple-touch-icon.png",
    "assets",
    "dashboard",
    "deploy.html",
    "explore",
    "favicon.ico",
    "favicon.png",
    "groups",
    "health_check",
    "help",
    "import",
    "jwt",
    "login",
    "o",
    "oauth",
    "profile",
    "projects",
    "public",
    "robots.txt",
    "s",
    "search",
    "sitemap",
    "sitemap.xml",
    "sitemap.xml.gz",
    "slash-command-logo.png",
    "snippets",
    "unsubscribes",
    "uploads",
    "users",
    "v2",
]
RESERVED_PROJECTS = [
    "-",
    "badges",
    "blame",
    "blob",
    "builds",
    "commits",
    "create",
    "create_dir",
    "edit",
    "files",
    "find_file",
    "new",
    "preview",
    "raw",
    "refs",
    "tree",
    "update",
    "wikis",
]
SHAPE = "Path must not end with '.', '-' or '_' and must not repeat such characters"
LENGTH = "Path is too long (maximum is 255 characters)"


class TestLegalPaths:
    @pytest.mark.parametrize("path", [
        "a/b", "a/b/c", "A/B", "_a/_b", ".a/.b", "0/0", "a-/b-", "a.b/c.d", "a--b/c..d", "a/b.", "a/gitgit",
        "a/admin", "a/api/b", "a/blob/c", "a/git", "/".join(["a"] * 22), "a/" + "b" * 300,
    ])  # fmt: skip
    def test_a_namespace_and_a_project_make_a_path(self, path: str) -> None:
        assert paths.names_project(path)

    @pytest.mark.parametrize("path", [
        "", "a", "/", "a/", "/a", "a//b", "/a/b", "a/b/", "-a/b", "a/-b", "a./b", "a/b./c", "a b/c", "a/b c",
        "a/b\n", "a/b.git", "a/b.GIT", "a.git/b", "a/b.atom", "a/.git", "a/b@c", "a/b:c", "a/b~", "a/b%2F",
        "\N{SNOWMAN}/b", "a/\N{SNOWMAN}", "a/\N{ARABIC-INDIC DIGIT ONE}", "/".join(["a"] * 23),
    ])  # fmt: skip
    def test_other_paths_name_nothing(self, path: str) -> None:
        assert not paths.names_project(path)

    @pytest.mark.parametrize("segment", RESERVED_FIRST)
    def test_some_names_are_reserved_at_the_front(self, segment: str) -> None:
        assert not paths.names_project(f"{segment}/b")
        assert not paths.names_project(f"{segment.upper()}/b")

    @pytest.mark.parametrize("segment", RESERVED_PROJECTS)
    def test_some_names_are_reserved_for_pages_of_a_project(self, segment: str) -> None:
        assert not paths.names_project(f"a/{segment}")
        assert not paths.names_project(f"a/b/{segment.upper()}")

    @pytest.mark.parametrize(
        ("segment", "faults"),
        [
            ("x", []),
            ("x.y-z_0", []),
            (".x", []),
            ("x" * 255, []),
            ("x.", [SHAPE]),
            ("x-", [SHAPE]),
            ("x_", [SHAPE]),
            ("x--y", [SHAPE]),
            ("x._y", [SHAPE]),
            ("x" * 256, [LENGTH]),
            ("x" * 255 + "_", [SHAPE, LENGTH]),
        ],
    )
    def test_a_new_project_is_named_with_more_care(self, segment: str, faults: list[str]) -> None:
        assert paths.project_path_faults(segment) == faults


@pytest.mark.django_db
class TestRenaming:
    @pytest.fixture
    def group(self) -> Namespace:
        group: Namespace = GroupFactory.create(path="gnu")
        return group

    @pytest.fixture
    def project(self, group: Namespace) -> Project:
        """A project two groups deep."""
        project: Project = ProjectFactory.create(namespace=subgroup(group, path="net"), path="wget")
        return project

    def routes(self) -> list[str]:
        return sorted(Route.objects.values_list("path", flat=True))

    def redirects(self) -> list[str]:
        return sorted(RedirectRoute.objects.values_list("path", flat=True))

    def test_a_renamed_project_leaves_a_redirect(self, project: Project) -> None:
        paths.rename_project(project, path="wget2")

        assert (project.path, project.full_path) == ("wget2", "gnu/net/wget2")
        assert self.routes() == ["gnu", "gnu/net", "gnu/net/wget2"]
        assert self.redirects() == ["gnu/net/wget"]
        assert RedirectRoute.objects.get().project == project

    def test_a_renamed_group_takes_everything_below_with_it(self, group: Namespace, project: Project) -> None:
        paths.rename_namespace(group, path="fsf")

        assert group.full_path == "fsf"
        assert self.routes() == ["fsf", "fsf/net", "fsf/net/wget"]
        assert self.redirects() == ["gnu", "gnu/net", "gnu/net/wget"]
        assert RedirectRoute.objects.get(path="gnu").namespace == group
        assert RedirectRoute.objects.get(path="gnu/net/wget").project == project

    def test_a_renamed_subgroup_stays_where_it_is(self, group: Namespace, project: Project) -> None:
        nested = Namespace.objects.get(path="net")

        paths.rename_namespace(nested, path="web")

        assert nested.full_path == "gnu/web"
        assert self.routes() == ["gnu", "gnu/web", "gnu/web/wget"]
        assert (nested.depth, nested.parent) == (1, group)

    def test_neighbours_with_a_similar_name_are_left_alone(self, group: Namespace, project: Project) -> None:
        ProjectFactory.create(namespace=GroupFactory.create(path="gnuplot"), path="gnu")

        paths.rename_namespace(group, path="fsf")

        assert self.routes() == ["fsf", "fsf/net", "fsf/net/wget", "gnuplot", "gnuplot/gnu"]

    def test_signs_of_a_pattern_stand_for_themselves(self) -> None:
        group = GroupFactory.create(path="a_b")
        ProjectFactory.create(namespace=GroupFactory.create(path="axb"), path="p")

        paths.rename_namespace(group, path="c")

        assert self.routes() == ["axb", "axb/p", "c"]

    def test_another_letter_case_is_no_move(self, project: Project) -> None:
        paths.rename_project(project, path="Wget")

        assert project.full_path == "gnu/net/Wget"
        assert self.redirects() == []

    def test_a_path_that_is_taken_again_ends_its_redirect(self, project: Project) -> None:
        paths.rename_project(project, path="wget2")
        paths.rename_project(project, path="WGET")

        assert project.full_path == "gnu/net/WGET"
        assert self.redirects() == ["gnu/net/wget2"]

    def test_a_new_project_at_a_former_path_ends_its_redirect_too(self, project: Project) -> None:
        paths.rename_project(project, path="wget2")
        ProjectFactory.create(namespace=project.namespace, path="Wget")

        assert self.redirects() == []

    def test_a_personal_namespace_can_be_renamed(self) -> None:
        namespace = PersonalNamespaceFactory.create()
        old = namespace.full_path

        paths.rename_namespace(namespace, path="renamed")

        assert (self.routes(), self.redirects()) == (["renamed"], [old])

    @pytest.mark.parametrize("path", ["", "a/b", "-a", "a b", "x" * 256, "a\n"])
    def test_an_illegal_path_changes_nothing(self, group: Namespace, project: Project, path: str) -> None:
        with pytest.raises(ValidationError):
            paths.rename_project(project, path=path)
        with pytest.raises(ValidationError):
            paths.rename_namespace(group, path=path)

        assert self.routes() == ["gnu", "gnu/net", "gnu/net/wget"]
        assert Project.objects.get().path == "wget"

    def test_a_path_that_is_taken_changes_nothing(self, group: Namespace, project: Project) -> None:
        ProjectFactory.create(namespace=project.namespace, path="curl")
        GroupFactory.create(path="fsf")

        with pytest.raises(IntegrityError), transaction.atomic():
            paths.rename_project(project, path="CURL")
        with pytest.raises(IntegrityError), transaction.atomic():
            paths.rename_namespace(group, path="fsf")

        assert Project.objects.get(pk=project.pk).path == "wget"
        assert self.routes() == ["fsf", "gnu", "gnu/net", "gnu/net/curl", "gnu/net/wget"]
        assert self.redirects() == []
