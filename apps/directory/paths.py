"""Paths of namespaces and projects: which are legal, and what follows when one changes."""

import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Lower, Substr

from apps.directory.models import Namespace, Project, RedirectRoute, Route
from apps.directory.models.namespaces import MAX_DEPTH, PATH_SEGMENT

MAX_NAMESPACE_SEGMENTS = MAX_DEPTH + 1
_RESERVED_FIRST = frozenset(
    [
        "-",
        ".well-known",
        "404.html",
        "422.html",
        "500.html",
        "502.html",
        "503.html",
        "admin",
        "api",
        "apple-touch-icon.png",
        "assets",
        "dashboard",
        "deploy.html",
        "explore",
        "favicon.ico",
        "favicon.png",
        "groups",
        "health_check",
        "help",
        "import",
        "jwt",
        "login",
        "o",
        "oauth",
        "profile",
        "projects",
        "public",
        "robots.txt",
        "s",
        "search",
        "sitemap",
        "sitemap.xml",
        "sitemap.xml.gz",
        "slash-command-logo.png",
        "snippets",
        "unsubscribes",
        "uploads",
        "users",
        "v2",
    ]
)
_RESERVED_PROJECT = frozenset(
    [
        "-",
        "badges",
        "blame",
        "blob",
        "builds",
        "commits",
        "create",
        "create_dir",
        "edit",
        "files",
        "find_file",
        "new",
        "preview",
        "raw",
        "refs",
        "tree",
        "update",
        "wikis",
    ]
)
_REPEATED_SPECIAL = re.compile(r"[-_.]{2}")


def names_project(path: str) -> bool:
    """Whether a path without ``.git`` can name a project: a namespace and a project segment, all legal."""
    *namespace, project = path.split("/")
    return (
        1 <= len(namespace) <= MAX_NAMESPACE_SEGMENTS
        and namespace[0].lower() not in _RESERVED_FIRST
        and all(is_segment(segment) and not segment.endswith(".") for segment in namespace)
        and is_segment(project)
        and project.lower() not in _RESERVED_PROJECT
    )


def names_repository(path: str) -> bool:
    """Whether a path without ``.git`` can name a project, a wiki or a snippet."""
    first, *rest = path.split("/")
    return (
        1 <= len(rest) <= MAX_NAMESPACE_SEGMENTS
        and (first == "snippets" or first.lower() not in _RESERVED_FIRST)
        and all(is_segment(segment) for segment in (first, *rest))
    )


def names_user(username: str) -> bool:
    """Whether the text can be a username, which is the path of the user's own namespace."""
    return "/" not in username and names_project(f"{username}/project")


def is_segment(segment: str) -> bool:
    """Whether the text can be one segment of a path."""
    return PATH_SEGMENT.fullmatch(segment) is not None and not segment.lower().endswith((".git", ".atom"))


def project_path_faults(segment: str) -> list[str]:
    """Return why a new project cannot have this path; an empty list when it can."""
    faults = []
    if segment.endswith((".", "-", "_")) or _REPEATED_SPECIAL.search(segment):
        faults.append("Path must not end with '.', '-' or '_' and must not repeat such characters")
    if len(segment) > 255:
        faults.append("Path is too long (maximum is 255 characters)")
    return faults


def is_taken(full_path: str, *, own: Route | None = None) -> bool:
    """Whether a namespace or project has this path, ignoring case; ``own`` does not count."""
    routes = Route.objects.alias(lower_path=Lower("path")).filter(lower_path=full_path.lower())
    return any(route != own for route in routes)


def check_namespace(full_path: str) -> None:
    """Let pass what can be the path of a new namespace.

    Raises:
        ValidationError: it is reserved, not legal or taken.
    """
    if not names_project(f"{full_path}/project"):
        raise ValidationError({"path": f"{full_path} is reserved or not legal as a path."})
    if is_taken(full_path):
        raise ValidationError({"path": f"{full_path} is taken."})


def check_project(full_path: str) -> None:
    """Let pass what can be the path of a new project.

    Raises:
        ValidationError: it is reserved, not legal or taken.
    """
    if not names_project(full_path):
        raise ValidationError({"path": f"{full_path} is reserved or not legal as a path."})
    if faults := project_path_faults(full_path.rpartition("/")[2]):
        raise ValidationError({"path": faults})
    if is_taken(full_path):
        raise ValidationError({"path": f"{full_path} is taken."})


@transaction.atomic
def rename_project(project: Project, *, path: str) -> None:
    """Give a project another last segment; its former path leads to it from now on.

    Raises:
        ValidationError: the path is not legal.
        IntegrityError: the path is taken.
    """
    project.path = path
    project.clean_fields(exclude=["default_branch"])
    project.save(update_fields=["path"])
    move(project.route, f"{project.namespace.full_path}/{path}")


@transaction.atomic
def rename_namespace(namespace: Namespace, *, path: str) -> None:
    """Give a namespace another last segment; all former paths in it lead to where they led.

    Raises:
        ValidationError: the path is not legal.
        IntegrityError: the path is taken.
    """
    namespace.path = path
    namespace.clean_fields()
    namespace.save(update_fields=["path"])
    parent = f"{namespace.parent.full_path}/" if namespace.parent else ""
    move(namespace.route, f"{parent}{path}")


def move(route: Route, new: str) -> None:
    """Move a route and every route below it, leaving a redirect at each former path."""
    route.refresh_from_db()
    old = route.path
    moved = Route.objects.filter(pk=route.pk) | Route.objects.filter(path__startswith=f"{old}/")
    former = [
        RedirectRoute(path=row.path, namespace_id=row.namespace_id, project_id=row.project_id)
        for row in moved
    ]
    taken = [f"{new}{row.path[len(old) :]}" for row in former]
    for path in taken:
        RedirectRoute.objects.at_path(path).delete()
    moved.update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    route.path = new  # whoever holds the row sees the new path at once
    if new.lower() != old.lower():
        RedirectRoute.objects.bulk_create(former)
