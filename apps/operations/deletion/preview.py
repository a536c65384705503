"""What goes with a user, a group or a project, before anybody decides."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.text import capfirst

from apps.core.counting import counted
from apps.directory.models import AccessLevel, Member, Namespace, NamespaceKind, Snippet
from apps.operations.deletion import graph
from apps.operations.deletion.subjects import Subject, SubjectKind

# Tables that say where a thing is, not what it is; nobody misses one by itself.
_UNTOLD = frozenset({"directory.route", "directory.projectstatistics"})


@dataclass(frozen=True, slots=True)
class Preview:
    """What goes, by kind and number; what somebody should know besides."""

    subject: Subject
    goes: dict[str, int]
    warnings: list[str] = field(default_factory=list)


def of(subject: Subject) -> Preview:
    """Count everything that goes with it."""
    counts = {
        capfirst(str(model._meta.verbose_name_plural)): rows.distinct().count()
        for model, rows in graph.going(subject.roots()).items()
        if model._meta.label_lower not in _UNTOLD
    }
    goes = {kind: number for kind, number in sorted(counts.items()) if number}
    return Preview(subject, goes, _warnings(subject))


def unknown_storages(subject: Subject) -> list[str]:
    """Return the storages of its repositories that no Gitaly is configured for."""
    rows = (subject.projects(), subject.snippets())
    used = {name for each in rows for name in each.order_by().values_list("storage", flat=True).distinct()}
    return sorted(used - set(settings.GITALY_STORAGES))


def _warnings(subject: Subject) -> list[str]:
    said = [
        f"No Gitaly is configured for storage {name}: its repositories can only be kept."
        for name in unknown_storages(subject)
    ]
    if subject.kind == SubjectKind.USER:
        said += [f"The group {path} loses its last owner." for path in _last_owner_of(subject)]
        kept = Snippet.objects.filter(author=subject.id, project__isnull=False)
        number = kept.exclude(pk__in=subject.snippets().values("pk")).count()
        if number:
            snippets = counted(number, "snippet")
            stay = "stays" if number == 1 else "stay"
            said.append(f"{snippets} of other people's projects {stay}, as the ghost user's.")
    return said


def _last_owner_of(subject: Subject) -> list[str]:
    owners = Member.objects.filter(group=OuterRef("pk"), access_level=AccessLevel.OWNER, user__isnull=False)
    own = Namespace.objects.filter(
        Exists(owners.filter(user=subject.id)), ~Exists(owners.exclude(user=subject.id)), parent=None
    )
    groups = own.filter(kind=NamespaceKind.GROUP).order_by("route__path")
    return list(groups.values_list("route__path", flat=True))
