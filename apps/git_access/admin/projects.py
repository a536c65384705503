"""The page of projects, where it reaches into their repositories."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from apps.core import correlation
from apps.directory.admin.projects import ProjectAdmin
from apps.directory.models import Project
from apps.git_access.pushes.after.tasks import tell_default_branch

admin.site.unregister(Project)


@admin.register(Project)
class RepositoryProjectAdmin(ProjectAdmin):
    """Projects; Gitaly hears of a default branch that was written here."""

    def save_model(self, request: HttpRequest, obj: Project, form: ModelForm[Any], change: bool) -> None:
        """Save, and let a worker tell Gitaly: no transaction may wait for it."""
        super().save_model(request, obj, form, change)
        if change and "default_branch" in form.changed_data:
            tell_default_branch.enqueue(project_id=obj.pk, correlation_id=correlation.current())
