"""Users, and the terms they accept."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from apps.core.admin_site import audit
from apps.core.admin_site.labels import label
from apps.core.admin_site.pages import ModelAdmin, Unchangeable
from apps.core.counting import counted
from apps.directory import users
from apps.directory.admin import forms
from apps.directory.admin.deleted_whole import DeletedWhole
from apps.directory.models import Namespace, Terms, TermsAcceptance, User, UserState

if TYPE_CHECKING:
    from django.contrib.auth.forms import AdminPasswordChangeForm
else:
    from unfold.forms import AdminPasswordChangeForm

# Who may enter the operators' site, and as what: only whoever may do everything decides that.
OF_OPERATORS = ("admin", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(DeletedWhole, DjangoUserAdmin[User], ModelAdmin[User]):  # type: ignore[misc]  # get_form differs in the stubs
    """People, bots and internal users; Django's own pages for passwords."""

    form = forms.UserForm
    add_form = forms.NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = (
        "username", "name", "email", "shown_state", "user_type", "admin", "last_activity_on",
    )  # fmt: skip
    list_filter = ("state", "user_type", "admin", "external", "otp_required_for_login", "groups")
    search_fields = ("username__startswith", "name__lower", "pk")
    search_help_text = "The beginning of the username, the whole name or e-mail address, or the id."
    actions = ("block", "unblock")
    row_actions = {"block": "Block", "unblock": "Unblock"}
    ordering = ("username",)
    filter_horizontal = ()
    filter_vertical = ("user_permissions",)
    autocomplete_fields = ("groups",)
    readonly_fields = ("last_login", "last_activity_on", "created_at")
    fieldsets = (
        (None, {"fields": ("username", "name", "email", "confirmed_at", "password")}),
        ("What it is", {"classes": ("tab",), "fields": ("state", "user_type", "external", "projects_limit")}),
        (
            "Logging in",
            {
                "classes": ("tab",),
                "fields": (
                    "password_expires_at", "password_automatically_set", "otp_required_for_login",
                    "failed_attempts", "locked_at", "last_login",
                ),
            },
        ),
        ("Operator", {"classes": ("tab",), "fields": OF_OPERATORS}),
        ("Activity", {"classes": ("tab",), "fields": ("last_activity_on", "created_at")}),
    )  # fmt: skip
    add_fieldsets = (
        (None, {"fields": ("username", "name", "email", "usable_password", "password1", "password2")}),
        ("What it is", {"fields": ("user_type", "admin", "external")}),
    )

    def searched(self, term: str) -> list[QuerySet[Any]]:
        """An address is found by the index that keeps addresses apart, which leaves the empty ones out."""
        by_address = User.objects.exclude(email="").filter(email__lower=term.lower())
        return [*super().searched(term), by_address]

    @label(
        UserState,
        ordering="state",
        success=(UserState.ACTIVE,),
        danger=(UserState.BLOCKED, UserState.BANNED),
        warning=(UserState.BLOCKED_PENDING_APPROVAL, UserState.DEACTIVATED),
    )
    def shown_state(self, user: User) -> str:
        """The state, in its colour."""
        return user.state

    def fixed_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Who enters this site is decided by those who may do everything."""
        own: tuple[str, ...] = tuple(super().fixed_fields(request, obj))
        return own if may_appoint(request) else (*own, *OF_OPERATORS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Another operator's account, its password above all, is for those who may do everything."""
        return super().has_change_permission(request, obj) and within_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The same as for changing."""
        return super().has_delete_permission(request, obj) and within_reach(request, obj)

    def offers(self, action: str, row: User) -> bool:
        """Nobody is blocked twice."""
        return (row.state == UserState.ACTIVE) == (action == "block")

    @admin.action(description="Block the selected users", permissions=["change"])
    def block(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """Shut users out of everything; who cannot be is named."""
        self._each(request, chosen, users.block, done="blocked")

    @admin.action(description="Let the selected users in again", permissions=["change"])
    def unblock(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """Make users active again."""
        self._each(request, chosen, users.unblock, done="active again")

    def _each(
        self, request: HttpRequest, chosen: QuerySet[User], change: Callable[[User], bool], *, done: str
    ) -> None:
        within = [user for user in chosen.order_by("pk") if self.has_change_permission(request, user)]
        changed = 0
        with audit.of_each(User.objects.filter(pk__in=[user.pk for user in within])):
            for user in within:
                try:
                    changed += change(user)
                except users.Irreplaceable as reason:
                    self.message_user(request, str(reason), messages.ERROR)
        left = chosen.count() - len(within)
        others = (
            f" {counted(left, 'is an operator', 'are operators')}, whom your role does not reach."
            if left
            else ""
        )
        text = f"{counted(changed, 'user is', 'users are')} {done}.{others}"
        self.message_user(request, text, messages.WARNING if left else messages.SUCCESS)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002 -- Django's name
        """A password is a field like others: not every role opens it."""
        opened = self._open_fields(request)
        if opened is not None and "password" not in opened:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """Note a new password, which no column of the audit log shows."""
        if request.resolver_match and request.resolver_match.url_name == "auth_user_password_change":
            audit.note(obj, password=("…", "changed"))
        return super().log_change(request, obj, message)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[Any], change: bool) -> None:
        """Save; a new user gets a namespace of its own, for projects to be pushed to."""
        super().save_model(request, obj, form, change)
        if not change:
            Namespace.objects.create_personal(obj)


def may_appoint(request: HttpRequest) -> bool:
    """Whether this operator may make others operators."""
    return bool(request.user.has_perm("auth.change_group"))


def within_reach(request: HttpRequest, user: User | None) -> bool:
    """Whether this operator may touch the account: those of operators are for whoever may appoint them."""
    return user is None or not user.is_staff or may_appoint(request)


@admin.register(Terms)
class TermsAdmin(ModelAdmin[Terms]):
    """Versions of the terms of service; the newest one counts."""

    list_display = ("__str__", "created_at")
    search_fields = ("text__icontains",)
    ordering = ("-created_at",)
    readonly_fields = ("created_at",)


@admin.register(TermsAcceptance)
class TermsAcceptanceAdmin(Unchangeable, ModelAdmin[TermsAcceptance]):
    """Who has accepted which version."""

    list_display = ("user", "terms", "created_at")
    list_select_related = ("user", "terms")
    search_fields = ("user__username__lower",)
    ordering = ("-id",)
