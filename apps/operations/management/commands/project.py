"""``manage.py project``: projects and their repositories."""

from typing import Annotated, Any, Literal

import typer
from django.utils import timezone
from django_typer.management import command

from apps.core.console import DryRun, Json, Limit, Noun, details, present, refusing, table
from apps.core.gitaly.failures import GitalyFailure
from apps.core.gitaly.objects import ObjectFormat
from apps.directory import places, projects, users
from apps.directory.models import Project, Visibility
from apps.git_access.repositories import remotes
from apps.operations import transfers
from apps.operations.deletion.subjects import SubjectKind
from apps.operations.management import deleting, moving
from apps.operations.management.deleting import KeepRepository, Yes

Path = Annotated[str, typer.Argument(help="The full path, such as group/project.")]
Format = Annotated[Literal["sha1", "sha256"], typer.Option(help="How Git names the objects.")]
Creator = Annotated[str | None, typer.Option(metavar="USERNAME", help="Who is noted as creator.")]
NoRepository = Annotated[
    bool, typer.Option("--no-repository", help="It is made later, with create-repository.")
]
Storage = Annotated[str, typer.Argument(help="A storage that GITALY_STORAGES names.")]
Wait = Annotated[float, typer.Option(min=0, metavar="SECONDS", help="For pushes under way to end.")]
KeepSource = Annotated[bool, typer.Option("--keep-source", help="Leave the former repositories there.")]
Abandon = Annotated[
    bool, typer.Option("--abandon", help="End a move that was killed: nothing moves, pushes go on.")
]
MOVE_STORAGE = """Copy a project's repositories to another Gitaly storage, compare, and switch.

Pushes are refused meanwhile. What was broken off goes on when it is begun again.
Example: manage.py project move-storage acme/hammer ssd --dry-run"""


class Command(Noun):
    help = "Create, list, move and delete projects, and let Gitaly make their repositories."

    @command(
        help="Create a project, and its repository where a Gitaly is configured.\n\n"
        "Example: manage.py project create acme/hammer --visibility internal"
    )
    def create(
        self,
        path: Path,
        name: Annotated[str, typer.Option(help="By default the last part of the path.")] = "",
        visibility: Literal["private", "internal", "public"] = "private",
        object_format: Format = "sha1",
        creator: Creator = None,
        no_repository: NoRepository = False,
        wiki: Annotated[bool, typer.Option("--wiki", help="Make the repository of its wiki, too.")] = False,
        as_json: Json = False,
    ) -> None:
        from apps.operations import new_projects  # noqa: PLC0415 -- gRPC: not where nobody calls Gitaly

        if wiki and no_repository:
            raise typer.BadParameter("--wiki makes a repository, and --no-repository makes none.")
        with refusing(users.UnknownUser, projects.UnknownNamespace, GitalyFailure):
            project = new_projects.create(
                full_path=path,
                name=name,
                visibility=Visibility[visibility.upper()],
                object_format=ObjectFormat(object_format),
                creator=users.find(creator) if creator else None,
                repositories=new_projects.wanted(code=not no_repository, wiki=wiki),
            )
        lines = [f"Created project {project.full_path} with id {project.pk}."]
        present(self, _row(project), lines, as_json=as_json)
        if not project.repository_exists:
            self.stderr.write(_how_to_get_a_repository(project))

    @command(help="Make a missing repository.\n\nExample: manage.py project create-repository acme/hammer")
    def create_repository(
        self,
        path: Path,
        object_format: Annotated[
            Literal["sha1", "sha256"] | None,
            typer.Option(help="How Git names the objects; an empty repository of another kind makes room."),
        ] = None,
        as_json: Json = False,
    ) -> None:
        from apps.git_access.repositories import new_repositories  # noqa: PLC0415 -- gRPC

        with refusing(projects.UnknownProject, new_repositories.RepositoryNotEmpty, GitalyFailure):
            project = projects.find(path)
            if object_format:
                new_repositories.create_as(project, ObjectFormat(object_format))
            else:
                new_repositories.create(project)
        project.refresh_from_db()
        present(self, _row(project), [f"{project.full_path} has its repository."], as_json=as_json)

    @command(help="Show one project and its repository.\n\nExample: manage.py project show acme/hammer")
    def show(self, path: Path, as_json: Json = False) -> None:
        with refusing(projects.UnknownProject):
            project = projects.find(path)
        found = {
            **_row(project),
            "default_branch": project.default_branch,
            "wiki": project.wiki_repository_exists,
            "archived": project.archived,
            "created_at": project.created_at,
            "last_repository_updated_at": project.last_repository_updated_at,
        }
        present(self, found, details(found), as_json=as_json)

    @command(
        help="Make a branch the default: here, and as HEAD of the repository.\n\n"
        "Example: manage.py project set-default-branch acme/hammer trunk"
    )
    def set_default_branch(self, path: Path, branch: str, as_json: Json = False) -> None:
        from apps.git_access.pushes.after import default_branches  # noqa: PLC0415 -- gRPC

        with refusing(projects.UnknownProject, default_branches.UnknownBranch, GitalyFailure):
            project = projects.find(path)
            default_branches.choose(project, branch)
        lines = [f"{branch} is the default branch of {project.full_path}."]
        present(self, {"path": project.full_path, "default_branch": branch}, lines, as_json=as_json)

    @command(name="list", help="List projects by path.\n\nExample: manage.py project list")
    def list_projects(
        self,
        below: Annotated[str, typer.Option(metavar="PATH", help="Only those below this path.")] = "",
        limit: Limit = 100,
        as_json: Json = False,
    ) -> None:
        found = Project.objects.below(below) if below else Project.objects.all()
        rows = [_row(row) for row in found.select_related("route").order_by("route__path")[: limit or None]]
        lines = table(rows, none="There is no such project.")
        present(self, {"total": found.count(), "projects": rows}, lines, as_json=as_json)

    @command(
        help="Change the last part of the path; the former path leads to the new one.\n\n"
        "Example: manage.py project rename acme/hammer anvil",
    )
    def rename(
        self,
        path: Path,
        new: Annotated[str, typer.Argument(help="The new last part.")],
        as_json: Json = False,
    ) -> None:
        with refusing(projects.UnknownProject, places.Unmovable):
            place = projects.find(path)
            former = place.full_path
            places.rename(place, path=new)
        moving.tell_path(self, place, former=former, as_json=as_json)

    @command(
        help="Move a project into another group or namespace.\n\n"
        "Example: manage.py project transfer acme/hammer tools",
    )
    def transfer(
        self,
        path: Path,
        namespace: Annotated[str, typer.Argument(help="The path of the group or user.")],
        dry_run: DryRun = False,
        as_json: Json = False,
    ) -> None:
        with refusing(projects.UnknownProject, projects.UnknownNamespace, places.Unmovable):
            done = transfers.of_project(
                projects.find(path),
                namespace=projects.find_namespace(namespace),
                now=timezone.now(),
                dry_run=dry_run,
            )
        moving.tell_transfer(self, done, dry_run=dry_run, as_json=as_json)

    @command(help=MOVE_STORAGE)
    def move_storage(
        self,
        path: Path,
        storage: Storage = "",
        wait: Wait = 60.0,
        keep_source: KeepSource = False,
        abandon: Abandon = False,
        dry_run: DryRun = False,
        as_json: Json = False,
    ) -> None:
        from apps.operations.management import storage_moving  # noqa: PLC0415 -- gRPC

        if abandon:
            storage_moving.abandon(self, path, as_json=as_json)
        elif not storage:
            raise typer.BadParameter("STORAGE is missing: where shall it go?")
        elif dry_run:
            storage_moving.show(self, path, storage, as_json=as_json)
        else:
            storage_moving.move(self, path, storage, wait=wait, keep_source=keep_source, as_json=as_json)

    @command(help="Change who may see it.\n\nExample: manage.py project visibility acme/hammer internal")
    def visibility(
        self,
        path: Path,
        level: Annotated[Literal["private", "internal", "public"], typer.Argument(help="Who.")],
        as_json: Json = False,
    ) -> None:
        with refusing(projects.UnknownProject, places.Unmovable):
            moving.show_to(self, projects.find(path), level=level, as_json=as_json)

    @command(help="Refuse pushes; --end takes them again.\n\nExample: manage.py project archive acme/hammer")
    def archive(
        self,
        path: Path,
        end: Annotated[bool, typer.Option("--end", help="Take pushes again.")] = False,
        as_json: Json = False,
    ) -> None:
        with refusing(projects.UnknownProject):
            place = projects.find(path)
        moving.archive(self, place, end=end, as_json=as_json)

    @command(help=deleting.HELP.format(kind="project", name="acme/hammer"))
    def delete(
        self,
        path: Path,
        dry_run: DryRun = False,
        keep_repository: KeepRepository = False,
        yes: Yes = False,
        as_json: Json = False,
    ) -> None:
        deleting.delete(
            self,
            SubjectKind.PROJECT,
            path,
            dry_run=dry_run,
            keep_repository=keep_repository,
            yes=yes,
            as_json=as_json,
        )


def _how_to_get_a_repository(project: Project) -> str:
    return (
        f"It has no repository. When a Gitaly is configured for storage {project.storage}, "
        f"'manage.py project create-repository {project.full_path}' makes it."
    )


def _row(project: Project) -> dict[str, Any]:
    return {
        "id": project.pk,
        "path": project.full_path,
        "visibility": project.get_visibility_level_display().lower(),
        "storage": project.storage,
        "repository": project.repository_exists,
        "object_format": project.object_format,
        "clone_url": remotes.ssh_url(project.full_path),
    }
