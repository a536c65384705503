"""``manage.py ip-restriction``: from where the projects of a top-level group may be used."""

from typing import Annotated

import typer
from django_typer.management import command

from apps.core.console import Json, Noun, present, refusing, table
from apps.directory import groups
from apps.git_access import ip_restrictions
from apps.git_access.models import IpRestriction

Path = Annotated[str, typer.Argument(help="The top-level group.")]
Range = Annotated[str, typer.Argument(metavar="CIDR", help="Such as 192.0.2.0/24.")]


class Command(Noun):
    help = "Add, list and remove the address ranges that may use a group's projects."

    @command(
        help="Add a range; the first one shuts everybody else out.\n\n"
        "Example: manage.py ip-restriction add acme 192.0.2.0/24",
    )
    def add(self, path: Path, cidr: Range, as_json: Json = False) -> None:
        with refusing(groups.UnknownGroup):
            ip_restrictions.add(group=groups.find(path), cidr=cidr)
        present(self, {"group": path, "cidr": cidr}, [f"{path} may be used from {cidr}."], as_json=as_json)

    @command(name="list", help="List ranges.\n\nExample: manage.py ip-restriction list")
    def list_ranges(self, as_json: Json = False) -> None:
        found = IpRestriction.objects.select_related("group__route").order_by("group__route__path", "cidr")
        rows = [{"group": row.group.full_path, "cidr": row.cidr} for row in found]
        present(
            self, {"ranges": rows}, table(rows, none="Every address may use every group."), as_json=as_json
        )

    @command(
        help="Remove a range; without any, every address may use the group's projects.\n\n"
        "Example: manage.py ip-restriction remove acme 192.0.2.0/24"
    )
    def remove(self, path: Path, cidr: Range, as_json: Json = False) -> None:
        with refusing(groups.UnknownGroup, ip_restrictions.NoRange):
            ip_restrictions.remove(group=groups.find(path), cidr=cidr)
        present(
            self, {"group": path, "cidr": cidr}, [f"{cidr} is no range of {path} any more."], as_json=as_json
        )
