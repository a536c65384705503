"""``manage.py prune``: remove what nobody asks for any more."""

from typing import Annotated

import typer
from django.utils import timezone

from apps.core.console import DryRun, Json, Verb, present, with_progress
from apps.operations import pruning
from apps.operations.pruning import Retention, Stale, StaleFiles

Days = Annotated[int, typer.Option(min=0, max=36500, metavar="DAYS", help="Keep for so long; 0 is for ever.")]


class Command(Verb):
    help = (
        "Remove old jobs, expired entries and sessions, and files of LFS that no project has; records of "
        "pushes, Git commands, changes and usage only where it is said for how many days they are kept.\n\n"
        "Example: manage.py prune --pushes 365 --dry-run"
    )

    def handle(
        self,
        pushes: Days = 0,
        git_audit: Days = 0,
        changes: Days = 0,
        usage: Days = 0,
        dry_run: DryRun = False,
        as_json: Json = False,
    ) -> None:
        retention = Retention(pushes=pushes, git_audit=git_audit, changes=changes, usage=usage)
        found = pruning.stale(retention, now=timezone.now())
        counts = {each.kind: each.count() if dry_run else _remove(each, quiet=as_json) for each in found}
        done = "would be removed" if dry_run else "removed"
        lines = [f"{count} {kind} {done}." for kind, count in counts.items()]
        present(self, {"dry_run": dry_run, "removed": counts}, lines, as_json=as_json)


def _remove(stale: Stale | StaleFiles, *, quiet: bool) -> int:
    total = stale.count()
    removed = (1 for count in stale.remove() for _ in range(count))
    return sum(with_progress(removed, total=total, what=stale.kind, quiet=quiet or not total))
