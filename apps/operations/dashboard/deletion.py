"""The page that shows what goes with users, groups or projects, and begins to delete them."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.core.admin_site import audit
from apps.directory import users
from apps.directory.models import Namespace, NamespaceKind, Project, User
from apps.operations.deletion import beginning, preview, subjects
from apps.operations.deletion.subjects import Subject, SubjectKind

_KINDS = {"user": SubjectKind.USER, "namespace": SubjectKind.GROUP, "project": SubjectKind.PROJECT}


def page(request: HttpRequest, model: str, number: int) -> HttpResponse:
    """Show what goes; a form that is sent with the name begins the deletion."""
    subject = _subject(model, number)
    changelist = reverse(f"admin:directory_{model}_changelist")
    row = _row(subject)
    if not admin.site._registry[type(row)].has_delete_permission(request, row):
        raise PermissionDenied
    found = preview.of(subject)
    if request.method == "POST":
        if request.POST.get("name", "").strip() != subject.name:
            messages.error(request, f"Nothing was deleted: type {subject.name}.")
        elif _begin(request, subject, row):
            return HttpResponseRedirect(changelist)
    context = {
        **admin.site.each_context(request),
        "title": f"Delete {subject.kind} {subject.name}",
        "found": found,
        "back": reverse(f"admin:directory_{model}_change", args=[number]),
    }
    return TemplateResponse(request, "admin/deletion.html", context)


def _begin(request: HttpRequest, subject: Subject, row: User | Namespace | Project) -> bool:
    try:
        job = beginning.begin(subject, keep_repository="keep_repository" in request.POST)
    except (users.Irreplaceable, beginning.NoGitaly) as reason:
        messages.error(request, str(reason))
        return False
    audit.note(row, deletion=("", f"begun, job {job}"))
    messages.success(request, f"{subject.name} is shut; job {job} deletes it.")
    return True


def _subject(model: str, number: int) -> Subject:
    try:
        return subjects.by_id(_KINDS[model], number)
    except (KeyError, subjects.UnknownSubject):
        raise Http404 from None


def _row(subject: Subject) -> User | Namespace | Project:
    match subject.kind:
        case SubjectKind.USER:
            return User.objects.get(pk=subject.id)
        case SubjectKind.GROUP:
            return Namespace.objects.get(pk=subject.id, kind=NamespaceKind.GROUP)
        case SubjectKind.PROJECT:
            return Project.objects.get(pk=subject.id)
