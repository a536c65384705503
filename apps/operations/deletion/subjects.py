"""What can be deleted: a user, a group or a project, and the rows that it consists of."""

import enum
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from apps.directory import groups, projects, users
from apps.directory.models import Namespace, NamespaceKind, Project, Snippet, User
from apps.operations.deletion.graph import Rows
from apps.ssh_keys.models import Key, KeyKind


class SubjectKind(enum.StrEnum):
    """Of what kind it is."""

    USER = "user"
    GROUP = "group"
    PROJECT = "project"


class UnknownSubject(LookupError):
    """There is no such user, group or project any more."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A user, a group with all below it, or a project."""

    kind: SubjectKind
    id: int
    name: str

    def namespaces(self) -> QuerySet[Namespace]:
        """The groups, or the user's own namespace."""
        match self.kind:
            case SubjectKind.USER:
                return Namespace.objects.filter(owner=self.id)
            case SubjectKind.GROUP:
                return Namespace.objects.within(Namespace.objects.get(pk=self.id))
            case SubjectKind.PROJECT:
                return Namespace.objects.none()

    def projects(self) -> QuerySet[Project]:
        """The projects, whose repositories go with them."""
        if self.kind == SubjectKind.PROJECT:
            return Project.objects.filter(pk=self.id)
        return Project.objects.filter(namespace__in=self.namespaces().values("pk"))

    def snippets(self) -> QuerySet[Snippet]:
        """The snippets that go, whose repositories go with them: of the projects, and the user's own."""
        found = Q(project__in=self.projects().values("pk"))
        if self.kind == SubjectKind.USER:
            found |= Q(author=self.id, project=None)
        return Snippet.objects.filter(found)

    def keys(self) -> QuerySet[Key]:
        """The keys that go with their owner; a deploy key outlives its creator."""
        owner = self.id if self.kind == SubjectKind.USER else None
        return Key.objects.filter(kind=KeyKind.USER_KEY, user=owner) if owner else Key.objects.none()

    def roots(self) -> Rows:
        """The rows that nothing else leads to."""
        rows: Rows = {Project: Q(pk__in=self.projects().values("pk"))}
        rows[Snippet] = Q(pk__in=self.snippets().values("pk"))
        if self.kind != SubjectKind.PROJECT:
            rows[Namespace] = Q(pk__in=self.namespaces().values("pk"))
        if self.kind == SubjectKind.USER:
            rows |= {User: Q(pk=self.id), Key: Q(pk__in=self.keys().values("pk"))}
        return rows


def find(kind: SubjectKind, name: str) -> Subject:
    """Return what has this username or full path, ignoring case.

    Raises:
        UnknownUser, UnknownGroup, UnknownProject: there is none.
    """
    match kind:
        case SubjectKind.USER:
            user = users.find(name)
            return Subject(kind, user.pk, user.username)
        case SubjectKind.GROUP:
            group = groups.find(name)
            return Subject(kind, group.pk, group.full_path)
        case SubjectKind.PROJECT:
            project = projects.find(name)
            return Subject(kind, project.pk, project.full_path)


def by_id(kind: SubjectKind, number: int) -> Subject:
    """Return what has this id.

    Raises:
        UnknownSubject: there is none.
    """
    match kind:
        case SubjectKind.USER:
            name = User.objects.filter(pk=number).values_list("username", flat=True).first()
        case SubjectKind.GROUP:
            found = Namespace.objects.filter(pk=number, kind=NamespaceKind.GROUP)
            name = found.values_list("route__path", flat=True).first()
        case SubjectKind.PROJECT:
            name = Project.objects.filter(pk=number).values_list("route__path", flat=True).first()
    if name is None:
        raise UnknownSubject(f"There is no {kind} {number}.")
    return Subject(kind, number, name)
