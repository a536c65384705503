"""``manage.py group``: groups, in which projects and groups are."""

from typing import Annotated, Literal

import typer
from django.utils import timezone
from django_typer.management import command

from apps.core.console import DryRun, Json, Limit, Noun, present, refusing, table
from apps.directory import groups, places
from apps.directory.models import Namespace, NamespaceKind, Visibility
from apps.operations import transfers
from apps.operations.deletion.subjects import SubjectKind
from apps.operations.management import deleting, moving
from apps.operations.management.deleting import KeepRepository, Yes

Path = Annotated[str, typer.Argument(help="The full path, such as top/sub.")]


class Command(Noun):
    help = "Create, list, move and delete groups."

    @command(
        help="Create a group; the group above it is there already.\n\n"
        "Example: manage.py group create acme/tools --name 'Tools of Acme'"
    )
    def create(
        self,
        path: Path,
        name: Annotated[str, typer.Option(help="By default the last part of the path.")] = "",
        visibility: Literal["private", "internal", "public"] = "private",
        as_json: Json = False,
    ) -> None:
        with refusing(groups.UnknownGroup):
            group = groups.create(full_path=path, name=name, visibility=Visibility[visibility.upper()])
        facts = {"id": group.pk, "path": group.full_path, "visibility": visibility}
        present(self, facts, [f"Created group {group.full_path} with id {group.pk}."], as_json=as_json)

    @command(name="list", help="List groups by path.\n\nExample: manage.py group list")
    def list_groups(self, limit: Limit = 100, as_json: Json = False) -> None:
        found = Namespace.objects.filter(kind=NamespaceKind.GROUP)
        rows = [
            {
                "id": group.pk,
                "path": group.full_path,
                "name": group.name,
                "visibility": group.get_visibility_level_display().lower(),
            }
            for group in found.select_related("route").order_by("route__path")[: limit or None]
        ]
        lines = table(rows, none="There is no group.")
        present(self, {"total": found.count(), "groups": rows}, lines, as_json=as_json)

    @command(
        help="Change the last part of the path; the former path leads to the new one.\n\n"
        "Example: manage.py group rename acme anvil",
    )
    def rename(
        self,
        path: Path,
        new: Annotated[str, typer.Argument(help="The new last part.")],
        as_json: Json = False,
    ) -> None:
        with refusing(groups.UnknownGroup, places.Unmovable):
            place = groups.find(path)
            former = place.full_path
            places.rename(place, path=new)
        moving.tell_path(self, place, former=former, as_json=as_json)

    @command(help="Move a group with all below it.\n\nExample: manage.py group transfer acme tools --dry-run")
    def transfer(
        self,
        path: Path,
        parent: Annotated[str | None, typer.Argument(help="The path of the group above.")] = None,
        top: Annotated[bool, typer.Option("--top", help="Make it a top-level group.")] = False,
        dry_run: DryRun = False,
        as_json: Json = False,
    ) -> None:
        if top == (parent is not None):
            raise typer.BadParameter("Name the group above, or --top.")
        with refusing(groups.UnknownGroup, places.Unmovable, transfers.Subscribed):
            done = transfers.of_group(
                groups.find(path),
                parent=groups.find(parent) if parent else None,
                now=timezone.now(),
                dry_run=dry_run,
            )
        moving.tell_transfer(self, done, dry_run=dry_run, as_json=as_json)

    @command(help="Change who may see it.\n\nExample: manage.py group visibility acme internal")
    def visibility(
        self,
        path: Path,
        level: Annotated[Literal["private", "internal", "public"], typer.Argument(help="Who.")],
        as_json: Json = False,
    ) -> None:
        with refusing(groups.UnknownGroup, places.Unmovable):
            moving.show_to(self, groups.find(path), level=level, as_json=as_json)

    @command(
        help="Refuse pushes; --end takes them again. Everybody reads on.\n\n"
        "Example: manage.py group archive acme",
    )
    def archive(
        self,
        path: Path,
        end: Annotated[bool, typer.Option("--end", help="Take pushes again.")] = False,
        as_json: Json = False,
    ) -> None:
        with refusing(groups.UnknownGroup):
            place = groups.find(path)
        moving.archive(self, place, end=end, as_json=as_json)

    @command(help=deleting.HELP.format(kind="group", name="acme"))
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
            SubjectKind.GROUP,
            path,
            dry_run=dry_run,
            keep_repository=keep_repository,
            yes=yes,
            as_json=as_json,
        )
