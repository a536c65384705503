"""The forms of the admin: passwords are hashed, and a path that cannot be is refused beside its field."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import ValidationError
from django.forms import ChoiceField, ModelForm
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from apps.directory import paths, users
from apps.directory.models import Namespace, Project, Route, Snippet, User, UserState

if TYPE_CHECKING:
    from django.contrib.auth.forms import UserChangeForm
else:
    from unfold.forms import UserChangeForm


class UserForm(UserChangeForm[User]):
    """A user; the password has a page of its own."""

    class Meta(UserChangeForm.Meta):
        model = User

    def clean(self) -> dict[str, Any]:
        """Refuse what would leave nobody to run the instance."""
        cleaned = super().clean() or {}
        self._refuse_factors_of_nobody(cleaned)
        acts = cleaned.get("state", self.instance.state) == UserState.ACTIVE
        if not (acts and cleaned.get("admin", self.instance.admin)):
            try:
                users.keep_an_administrator(without=[self.instance.pk])
            except users.Irreplaceable as reason:
                raise ValidationError(str(reason)) from None
        return cleaned

    def _refuse_factors_of_nobody(self, cleaned: dict[str, Any]) -> None:
        """Two-factor authentication without a factor would lock the user out."""
        user = self.instance
        if not cleaned.get("otp_required_for_login") or "otp_required_for_login" not in self.changed_data:
            return
        if not (hasattr(user, "otp_secret") or user.second_factor_devices.exists()):
            text = f"There is nothing yet to prove it with: run manage.py user enrol-otp {user.username}."
            raise ValidationError({"otp_required_for_login": text})


class NewUserForm(AdminUserCreationForm[User]):
    """A new user, with a password or without one that could be used."""

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "name", "email")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        usable = self.fields["usable_password"]
        usable.label = "Log in with a password"
        usable.help_text = "Disabled: keys and tokens work, and nobody can log in to this site as this user."
        for name in ("password1", "password2"):
            self.fields[name].widget.attrs["class"] = " ".join(INPUT_CLASSES)

    def clean_username(self) -> str:
        """Refuse a name that cannot be the path of the user's namespace."""
        username = str(super().clean_username())
        if not paths.names_user(username):
            raise ValidationError("This name is reserved or not legal as a path.")
        if paths.is_taken(username):
            raise ValidationError("A group has this path already.")
        return username


class NamespaceForm(ModelForm[Namespace]):
    """A namespace below its parent, if it has one."""

    def clean(self) -> dict[str, Any]:
        """Refuse a path that is not legal or is taken."""
        cleaned = super().clean() or {}
        parent = cleaned.get("parent") or self.instance.parent
        if "path" in cleaned:
            full_path = f"{parent.full_path}/{cleaned['path']}" if parent else cleaned["path"]
            if not paths.names_project(f"{full_path}/project"):
                raise ValidationError({"path": "This path is reserved or not legal."})
            _refuse_taken(full_path, getattr(self.instance, "route", None))
        return cleaned


class ProjectForm(ModelForm[Project]):
    """A project in its namespace, with a repository in one of the storages that there are."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        _offer_storages(self)

    def clean(self) -> dict[str, Any]:
        """Refuse a path that is not legal or is taken."""
        cleaned = super().clean() or {}
        namespace = self.instance.namespace if self.instance.pk else cleaned.get("namespace")
        if namespace and "path" in self.changed_data and "path" in cleaned:
            full_path = f"{namespace.full_path}/{cleaned['path']}"
            if not paths.names_project(full_path):
                raise ValidationError({"path": "This path is reserved or not legal."})
            if faults := paths.project_path_faults(cleaned["path"]):
                raise ValidationError({"path": faults})
            _refuse_taken(full_path, getattr(self.instance, "route", None))
        return cleaned


class SnippetForm(ModelForm[Snippet]):
    """A snippet, with a repository in one of the storages that there are."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        _offer_storages(self)


def _offer_storages(form: ModelForm[Project] | ModelForm[Snippet]) -> None:
    """Let the storage be one that GITALY_STORAGES names, the default one, or the one that it is."""
    if "storage" not in form.fields:
        return
    configured = {*settings.GITALY_STORAGES, settings.DEFAULT_STORAGE}
    names = sorted({*configured, form.instance.storage})
    form.fields["storage"] = ChoiceField(
        choices=[(name, name if name in configured else f"{name} (not configured)") for name in names],
        initial=form.instance.storage,
        widget=UnfoldAdminSelectWidget,
        help_text="Moves nothing: the repository must be there already.",
    )


def _refuse_taken(full_path: str, own: Route | None) -> None:
    if paths.is_taken(full_path, own=own):
        raise ValidationError({"path": f"{full_path} is taken."})
