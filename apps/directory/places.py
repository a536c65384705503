"""Renaming and moving projects and groups, and who may see them. Former paths lead to the new ones."""

from typing import TypeAlias

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Concat, Substr

from apps.directory import paths
from apps.directory.models import Namespace, NamespaceKind, Project, Visibility
from apps.directory.models.namespaces import MAX_DEPTH

Place: TypeAlias = Project | Namespace


class Unmovable(ValueError):
    """It cannot stand there; the message says why."""


@transaction.atomic
def rename(place: Place, *, path: str) -> None:
    """Give a project or group another last part of its path.

    Raises:
        ValidationError: the path is not legal, or taken.
    """
    above = place.full_path.rpartition("/")[0]
    _check(place, f"{above}/{path}" if above else path)
    if isinstance(place, Project):
        paths.rename_project(place, path=path)
    else:
        paths.rename_namespace(place, path=path)


@transaction.atomic
def transfer_project(project: Project, *, namespace: Namespace) -> None:
    """Move a project into another namespace.

    Raises:
        ValidationError: the path or the name is taken there.
        Unmovable: it is seen by more than the group there.
    """
    _check(project, f"{namespace.full_path}/{project.path}")
    if Project.objects.filter(namespace=namespace, name=project.name).exclude(pk=project.pk).exists():
        raise ValidationError(
            {"name": f"A project of {namespace.full_path} is called {project.name} already."}
        )
    _require_hidden_enough(project.visibility_level, namespace)
    project.namespace = namespace
    project.save(update_fields=["namespace"])
    paths.move(project.route, f"{namespace.full_path}/{project.path}")


@transaction.atomic
def transfer_group(group: Namespace, *, parent: Namespace | None) -> None:
    """Move a group with all below it under another group, or to the top.

    Raises:
        ValidationError: the path is taken there.
        Unmovable: it would lie in itself or too deep, be seen by more, or keep its IP restrictions.
    """
    _check(group, f"{parent.full_path}/{group.path}" if parent else group.path)
    if parent:
        _require_room(group, parent)
    former, depth = group.traversal, group.depth
    within = Namespace.objects.within(group)
    prefix = parent.traversal if parent else ""
    group.parent = parent
    group.save(update_fields=["parent", "depth"])
    below = within.exclude(pk=group.pk)
    below.update(depth=F("depth") + (group.depth - depth))
    within.update(traversal=Concat(Value(f"{prefix}{group.pk}/"), Substr(F("traversal"), len(former) + 1)))
    group.refresh_from_db(fields=["traversal"])
    paths.move(group.route, f"{parent.full_path}/{group.path}" if parent else group.path)


def show_to(place: Place, *, visibility: Visibility) -> None:
    """Change who may see a project or group.

    Raises:
        Unmovable: what is above it is seen by fewer, or something in it by more.
    """
    above = place.namespace if isinstance(place, Project) else place.parent
    if above:
        _require_hidden_enough(visibility, above)
    if isinstance(place, Namespace):
        inside = Namespace.objects.within(place).exclude(pk=place.pk)
        projects = Project.objects.filter(namespace__in=Namespace.objects.within(place).values("pk"))
        for rows in (inside, projects):
            row = rows.filter(visibility_level__gt=visibility).select_related("route").first()
            if row:
                raise Unmovable(f"{row.full_path} is seen by more than that.")
    place.visibility_level = visibility
    place.save(update_fields=["visibility_level"])


def archive(place: Place, *, archived: bool) -> bool:
    """Refuse pushes to a project or to all of a group, or take them again; return whether that is new."""
    if place.archived == archived:
        return False
    place.archived = archived
    place.save(update_fields=["archived"])
    return True


def _check(place: Place, full_path: str) -> None:
    """Let pass a path that may be this one's."""
    legal = paths.names_project(full_path if isinstance(place, Project) else f"{full_path}/project")
    if not legal:
        raise ValidationError({"path": f"{full_path} is reserved or not legal as a path."})
    if isinstance(place, Project) and (faults := paths.project_path_faults(full_path.rpartition("/")[2])):
        raise ValidationError({"path": faults})
    if paths.is_taken(full_path, own=place.route):
        raise ValidationError({"path": f"{full_path} is taken."})


def _require_hidden_enough(visibility: int, above: Namespace) -> None:
    if above.kind == NamespaceKind.GROUP and visibility > above.visibility_level:
        raise Unmovable(f"{above.full_path} is seen by fewer than that.")


def _require_room(group: Namespace, parent: Namespace) -> None:
    if group.pk in parent.ancestor_ids:
        raise Unmovable(f"{parent.full_path} lies in {group.full_path}.")
    deepest = Namespace.objects.within(group).aggregate(deepest=Max("depth"))["deepest"]
    if parent.depth + 1 + deepest - group.depth > MAX_DEPTH:
        raise Unmovable(f"Groups are nested to {MAX_DEPTH} levels at most.")
    _require_hidden_enough(group.visibility_level, parent)
    if group.ip_restrictions.exists():
        raise Unmovable("IP restrictions belong to top-level groups: remove them first.")
