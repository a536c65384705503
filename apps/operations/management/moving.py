"""What the commands of groups and of projects do alike: both have a path, a visibility, and pushes."""

from dataclasses import asdict

from django.core.management.base import BaseCommand

from apps.core.console import present
from apps.core.counting import counted
from apps.directory import places
from apps.directory.models import Namespace, Project, Visibility
from apps.operations.transfers import Transfer

Place = Namespace | Project


def tell_path(command: BaseCommand, place: Place, *, former: str, as_json: bool) -> None:
    """Say where a place that was moved or renamed is now."""
    facts = {"id": place.pk, "former": former, "path": place.full_path}
    present(command, facts, [f"{former} is {place.full_path} now."], as_json=as_json)


def tell_transfer(command: BaseCommand, done: Transfer, *, dry_run: bool, as_json: bool) -> None:
    """Say where a group or project is now, or would be, and what that changes for plans and seats."""
    verb = "would be" if dry_run else "is"
    lines = [f"{done.former} {verb} {done.path} now."]
    if done.groups:
        lines.append(f"Below it: {counted(done.groups - 1, 'group')}, {counted(done.projects, 'project')}.")
    lines += [
        f"{root.path} has the plan {root.plan}: {root.seats_before} seats in use, {root.seats_after} after."
        for root in done.roots
    ]
    if dry_run:
        lines.append("Nothing was changed: this was a dry run.")
    present(command, {**asdict(done), "dry_run": dry_run}, lines, as_json=as_json)


def show_to(command: BaseCommand, place: Place, *, level: str, as_json: bool) -> None:
    """Change who may see a place, and say so.

    Raises:
        places.Unmovable: what stands above or below it does not allow that.
    """
    places.show_to(place, visibility=Visibility[level.upper()])
    facts = {"path": place.full_path, "visibility": level}
    present(command, facts, [f"{place.full_path} is {level}."], as_json=as_json)


def archive(command: BaseCommand, place: Place, *, end: bool, as_json: bool) -> None:
    """Refuse pushes, or take them again, and say so."""
    changed = places.archive(place, archived=not end)
    facts = {"path": place.full_path, "archived": place.archived, "changed": changed}
    state = "archived" if place.archived else "not archived"
    line = f"{place.full_path} is {state}{'' if changed else ' already'}."
    present(command, facts, [line], as_json=as_json)
