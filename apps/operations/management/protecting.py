"""What the commands of branches and of tags do alike: both are protected by rules for a name or wildcard."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.core.console import present, refusing, table
from apps.directory import projects
from apps.directory.models import Project
from apps.git_access.models import ProtectedBranch, ProtectedTag
from apps.operations import ref_rules

Kind = type[ProtectedBranch | ProtectedTag]


def tell(command: BaseCommand, rule: ProtectedBranch | ProtectedTag, *, as_json: bool) -> None:
    """Say whom a rule lets pass."""
    row = ref_rules.facts(rule)
    lines = [f"{rule.name} of {rule.project.full_path} is protected.", *table([row], none="")]
    present(command, row, lines, as_json=as_json)


def unprotect(command: BaseCommand, kind: Kind, *, path: str, name: str, as_json: bool) -> None:
    """Remove a rule of a project, and say so."""
    with refusing(projects.UnknownProject, ref_rules.NoRule):
        project = projects.find(path)
        ref_rules.unprotect(kind, project=project, name=name)
    facts = {"project": project.full_path, "name": name}
    present(command, facts, [f"{name} of {project.full_path} is not protected any more."], as_json=as_json)


def list_rules(command: BaseCommand, kind: Kind, *, path: str, none: str, as_json: bool) -> None:
    """Print the rules of a project."""
    with refusing(projects.UnknownProject):
        project: Project = projects.find(path)
    rules = kind._base_manager.filter(project=project).order_by("name")
    rows: list[dict[str, Any]] = [ref_rules.facts(rule) for rule in rules]
    present(command, {"project": project.full_path, "rules": rows}, table(rows, none=none), as_json=as_json)
