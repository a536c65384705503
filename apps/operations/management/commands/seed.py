"""``manage.py seed``: the world of GitLab's document, or a very large one."""

import time
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, models, transaction

from apps.core.console import Json, Verb, present, refusing, with_progress
from apps.core.counting import counted
from apps.core.gitaly.failures import GitalyFailure
from apps.directory.models import Namespace, User
from apps.git_access.repositories import new_repositories
from apps.operations.scale import filling
from apps.operations.scale.filling import Filling
from apps.operations.scale.world import Scale

FIXTURES = settings.BASE_DIR / "fixtures"


def _number(what: str, number: int) -> Any:
    return typer.Option(min=0, help=f"With --scale: how many {what}; {number} unless said.")


class Command(Verb):
    help = (
        "Load the users, projects and keys of the document's examples; a directory that holds anything "
        "already is left as it is. With --scale: a directory of any size, continued where it was stopped.\n\n"
        "Example: manage.py seed --scale --users 1000 --keys 2000"
    )

    def handle(
        self,
        force: Annotated[
            bool, typer.Option("--force", help="Beside what is there. No row is overwritten.")
        ] = False,
        repositories: Annotated[
            bool, typer.Option("--repositories", help="Only let Gitaly make the repositories that lack.")
        ] = False,
        scale: Annotated[bool, typer.Option("--scale", help="A very large directory.")] = False,
        users: Annotated[int | None, _number("users", 100_000)] = None,
        groups: Annotated[int | None, _number("groups, nested three deep", 30_000)] = None,
        projects: Annotated[int | None, _number("projects", 200_000)] = None,
        members: Annotated[int | None, _number("memberships of groups and projects", 500_000)] = None,
        keys: Annotated[int | None, _number("SSH keys, every twentieth a deploy key", 1_000_000)] = None,
        random_seed: Annotated[
            int | None, typer.Option(help="With --scale: another number, another world; 1 unless said.")
        ] = None,
        as_json: Json = False,
    ) -> None:
        given = _given(users, groups, projects, members, keys, random_seed)
        if scale:
            self._fill(Scale(**given), force=force, as_json=as_json)
            return
        if given:
            raise typer.BadParameter(f"--{next(iter(given)).replace('_', '-')} counts with --scale only.")
        if repositories or self._load(force=force):
            self._create_repositories(asked=repositories)

    def _fill(self, world: Scale, *, force: bool, as_json: bool) -> None:
        with refusing(filling.NotFillable):
            stages = filling.stages(world, beside_others=force)
        reports = [_timed(stage, quiet=as_json) for stage in stages]
        filling.analyze()
        lines = (_REPORT.format(**report) for report in reports)
        present(self, {"stages": reports}, lines, as_json=as_json)

    def _load(self, *, force: bool) -> bool:
        """Load the fixtures, and return whether that was done."""
        files = sorted(FIXTURES.glob("*.json"))
        if not is_empty():
            if not force:
                self.stdout.write("Not seeded: the directory is not empty.")
                return False
            _refuse_overwriting(files)
        try:
            with transaction.atomic():
                call_command("loaddata", *files, verbosity=0)
        except IntegrityError as error:
            raise CommandError(f"Nothing was loaded: {error}") from error
        self.stdout.write(f"Seeded from {', '.join(path.name for path in files)}.")
        return True

    def _create_repositories(self, *, asked: bool) -> None:
        try:
            count = new_repositories.create_all()
        except GitalyFailure as failure:
            # What gRPC says of an address that nobody listens on is for who asked for repositories.
            nobody = failure.cause and failure.cause.code == "UNAVAILABLE" and not asked
            reason = "no Gitaly answers yet" if nobody else str(failure)
            self.stdout.write(f"No repositories: {reason}; 'manage.py seed --repositories' makes them.")
        else:
            self.stdout.write(f"Gitaly has the repositories of {counted(count, 'project')}.")


def is_empty() -> bool:
    """Whether the directory has neither people nor groups."""
    return not (User.objects.exists() or Namespace.objects.exists())


def _given(*numbers: int | None) -> dict[str, int]:
    """Return those that were said, by their names in a world."""
    pairs = zip(fields(Scale), numbers, strict=True)
    return {field.name: number for field, number in pairs if number is not None}


_REPORT = "{name}: {there} there before, {made} made in {seconds:.1f} s, {rate} a second"


def _timed(stage: Filling, *, quiet: bool) -> dict[str, Any]:
    started = time.perf_counter()
    made = sum(with_progress(stage.load(), total=len(stage.batches), what=stage.name, quiet=quiet))
    seconds = time.perf_counter() - started
    return {
        "name": stage.name,
        "there": stage.done,
        "made": made,
        "seconds": round(seconds, 2),
        "rate": round(made / seconds) if made else 0,
    }


def _refuse_overwriting(files: list[Path]) -> None:
    taken = [
        f"{row._meta.label} {row.pk}"
        for path in files
        for row in _rows(path)
        if type(row)._default_manager.filter(pk=row.pk).exists()
    ]
    if taken:
        raise CommandError(f"Nothing was loaded: these rows exist already: {', '.join(taken)}.")


def _rows(path: Path) -> list[models.Model]:
    return [item.object for item in serializers.deserialize("json", path.read_text())]
