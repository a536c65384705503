"""The verb ``move-storage`` of projects: say what would move, move it, or end a move that was killed."""

from django.core.management.base import BaseCommand

from apps.core.console import present, refusing, table
from apps.core.counting import counted
from apps.core.gitaly.failures import GitalyFailure
from apps.directory import projects
from apps.operations import storage_moves
from apps.operations.move_leases import LeaseHeld


def show(command: BaseCommand, path: str, storage: str, *, as_json: bool) -> None:
    """Say what would move; both Gitalys are asked, nothing is changed."""
    with refusing(projects.UnknownProject, storage_moves.Immovable, GitalyFailure):
        project = projects.find(path)
        parts = storage_moves.plan(project, storage=storage)
    rows = [{"repository": part.gl_repository, "bytes": part.size} for part in parts]
    facts = {
        "path": project.full_path, "source": project.storage, "target": storage,
        "repositories": rows, "dry_run": True,
    }  # fmt: skip
    lines = [
        f"From {project.storage} to {storage}:",
        *table(rows, none="No repository is there; only the project would be switched."),
        "Nothing was changed: this was a dry run.",
    ]
    present(command, facts, lines, as_json=as_json)


def move(
    command: BaseCommand, path: str, storage: str, *, wait: float, keep_source: bool, as_json: bool
) -> None:
    """Move a project, telling each step on standard error."""

    def tell(step: str) -> None:
        command.stderr.write(step)
        command.stderr.flush()

    with refusing(projects.UnknownProject, storage_moves.Immovable, LeaseHeld, GitalyFailure):
        project = projects.find(path)
        moved = storage_moves.move(
            project, storage=storage, patience=wait, keep_source=keep_source, tell=tell
        )
    facts = {
        "path": project.full_path, "source": moved.source, "target": moved.target,
        "repositories": moved.repositories, "kept": moved.kept, "dry_run": False,
    }  # fmt: skip
    number = counted(len(moved.repositories), "repository", "repositories")
    lines = [f"{project.full_path} is on {moved.target} now; {number} moved."]
    lines += [f"{name} still lies on {moved.source}: {reason}." for name, reason in moved.kept.items()]
    present(command, facts, lines, as_json=as_json)


def abandon(command: BaseCommand, path: str, *, as_json: bool) -> None:
    """End a move that was killed, and say where the project stays."""
    with refusing(projects.UnknownProject, storage_moves.Immovable, LeaseHeld):
        project = projects.find(path)
        row = storage_moves.abandon(project)
    facts = {"path": project.full_path, "storage": row.source, "abandoned": row.target}
    line = f"{project.full_path} stays on {row.source}; what lies on {row.target} already is not removed."
    present(command, facts, [line], as_json=as_json)
