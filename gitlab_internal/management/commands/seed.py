"""Load the world of GitLab's document."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, models, transaction

from apps.directory.models import Namespace, User
from apps.git_access import new_repositories
from gitlab_internal.gitaly.failures import GitalyFailure

FIXTURES = settings.BASE_DIR / "fixtures"


class Command(BaseCommand):
    help = (
        "Load fixtures/*.json in the order of their names: the users, projects and keys of the document's "
        "examples. A directory that holds anything already is left as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force",
            action="store_true",
            help="Load them beside what is there. Refused if any of their rows exists: none is overwritten.",
        )

        parser.add_argument(
            "--repositories",
            action="store_true",
            help="Only let Gitaly create the repositories of all projects; existing ones stay.",
        )

    def handle(self, *, force: bool, repositories: bool, **options: Any) -> None:
        if repositories or self._load(force=force):
            self._create_repositories()

    def _load(self, *, force: bool) -> bool:
        """Load the fixtures, and return whether that was done."""
        files = sorted(FIXTURES.glob("*.json"))
        if User.objects.exists() or Namespace.objects.exists():
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

    def _create_repositories(self) -> None:
        try:
            count = new_repositories.create_all()
        except GitalyFailure as failure:
            self.stdout.write(
                f"No repositories: {failure}. "
                "When Gitaly answers, 'manage.py seed --repositories' makes them."
            )
        else:
            self.stdout.write(f"Gitaly has the repositories of {count} projects.")


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
