"""Push rules, and the page that explains whether a Git command may run."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from apps.core.admin_site.pages import ModelAdmin
from apps.git_access.access import explain
from apps.git_access.context.attempt import Action
from apps.git_access.models import PushRule, PushRuleScope

if TYPE_CHECKING:
    from django.forms import CheckboxInput as SwitchWidget
    from django.forms import NumberInput as NumberWidget
    from django.forms import Select as SelectWidget
    from django.forms import TextInput as TextWidget
else:
    from unfold.widgets import UnfoldAdminIntegerFieldWidget as NumberWidget
    from unfold.widgets import UnfoldAdminSelectWidget as SelectWidget
    from unfold.widgets import UnfoldAdminTextInputWidget as TextWidget
    from unfold.widgets import UnfoldBooleanSwitchWidget as SwitchWidget

OWNERS = ("project", "group")
OF_REFS = ("branch_name_regex", "deny_delete_tag")
OF_COMMITS = (
    "commit_message_regex",
    "commit_message_negative_regex",
    "author_email_regex",
    "commit_committer_check",
    "commit_committer_name_check",
    "reject_non_dco_commits",
    "reject_unsigned_commits",
    "member_check",
)
OF_FILES = ("prevent_secrets", "file_name_regex", "max_file_size")


class PushRuleForm(forms.ModelForm[PushRule]):
    """The scope follows from the owner that is chosen."""

    class Meta:
        model = PushRule
        fields = (*OWNERS, *OF_REFS, *OF_COMMITS, *OF_FILES)

    def clean(self) -> dict[str, Any]:
        """Choose the scope, which the constraints are about."""
        cleaned = super().clean() or {}
        if cleaned.get("project") and cleaned.get("group"):
            raise forms.ValidationError("Choose a project, a group, or neither for the whole instance.")
        owner = PushRuleScope.GROUP if cleaned.get("group") else PushRuleScope.INSTANCE
        self.instance.scope = PushRuleScope.PROJECT if cleaned.get("project") else owner
        of_instance = PushRule.objects.filter(scope=PushRuleScope.INSTANCE).exclude(pk=self.instance.pk)
        if self.instance.scope == PushRuleScope.INSTANCE and of_instance.exists():
            raise forms.ValidationError("The instance has push rules already.")
        return cleaned


class ExplainForm(forms.Form):
    """Who wants to do what."""

    key = forms.IntegerField(required=False, label="Key id", widget=NumberWidget)
    user = forms.CharField(required=False, label="or username", widget=TextWidget)
    anonymous = forms.BooleanField(required=False, label="or nobody (anonymous)", widget=SwitchWidget)
    project = forms.CharField(widget=TextWidget, help_text="The path as typed, such as gnuwget/wget2.")
    action = forms.ChoiceField(
        choices=[(action.value, action.value) for action in Action], widget=SelectWidget
    )
    protocol = forms.ChoiceField(
        choices=[(name, name) for name in ("ssh", "http", "web")], widget=SelectWidget
    )
    ref = forms.CharField(
        required=False, widget=TextWidget, help_text="Of a push: main, or a whole name such as refs/tags/v1."
    )
    ip = forms.CharField(required=False, label="From address", widget=TextWidget)

    def explanation(self) -> explain.Explanation | None:
        """Explain what has been filled in; a question that has no answer gets an error in the form."""
        asked = self.cleaned_data
        question = explain.ExplainQuestion(
            project=asked["project"],
            key=asked["key"],
            user=asked["user"] or None,
            anonymous=asked["anonymous"],
            action=asked["action"],
            protocol=asked["protocol"],
            ip=asked["ip"] or None,
            ref=asked["ref"],
        )
        try:
            return explain.answer(question, now=timezone.now())
        except explain.Unanswerable as fault:
            self.add_error(None, str(fault))
            return None


@admin.register(PushRule)
class PushRuleAdmin(ModelAdmin[PushRule]):
    """What pushes to the instance, a group or a project must look like; the nearest set counts."""

    form = PushRuleForm
    list_display = ("__str__", "scope", "prevent_secrets", "max_file_size", "deny_delete_tag")
    list_filter = ("scope",)
    search_fields = ("project__route__path__lower", "group__route__path__lower")
    list_select_related = ("project__route", "group__route")
    autocomplete_fields = ("project", "group")
    ordering = ("scope", "id")
    fieldsets = (
        (None, {"fields": OWNERS, "description": "Neither: the rules of the whole instance."}),
        ("Branches and tags", {"fields": OF_REFS}),
        ("Commits", {"fields": OF_COMMITS}),
        ("Files", {"fields": OF_FILES}),
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the page that explains access."""
        page = path("explain/", self.admin_site.admin_view(self.explain), name="git_access_explain")
        return [page, *super().get_urls()]

    def explain(self, request: HttpRequest) -> HttpResponse:
        """Show why one Git command may or may not run, and the rule that decides."""
        if not request.user.has_perm("ssh_keys.view_key"):
            raise PermissionDenied
        form = ExplainForm(request.GET or None)
        explanation = form.explanation() if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": "Explain access",
            "form": form,
            "explanation": explanation,
        }
        return TemplateResponse(request, "admin/git_access/explain.html", context)
