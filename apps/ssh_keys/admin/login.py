"""The form at the site's door: name or address, password, and a second factor where the account has one."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from apps.core.admin_site import audit
from apps.directory.models import User
from apps.ssh_keys import logins

if TYPE_CHECKING:
    from django.contrib.admin.forms import AdminAuthenticationForm as AuthenticationForm
    from django.forms import TextInput as TextWidget
else:
    from unfold.forms import AuthenticationForm
    from unfold.widgets import UnfoldAdminTextInputWidget as TextWidget

# One text for every reason but a missing code: nobody learns which names exist.
REFUSED = (
    "Name, password or code are not right, or the account may not enter. "
    "An account is locked for a while after too many failures."
)


class LoginForm(AuthenticationForm):
    """Judged by the rules of the accounts; what becomes of it is in the audit log."""

    code = forms.CharField(
        required=False,
        strip=True,
        max_length=32,
        label="One-time password or recovery code",
        help_text="Only where two-factor authentication is on.",
        widget=TextWidget(attrs={"autocomplete": "one-time-code"}),
    )

    request: HttpRequest

    def __init__(self, request: HttpRequest, *arguments: Any, **named: Any) -> None:
        super().__init__(request, *arguments, **named)
        self.fields["username"].label = "Username or e-mail address"

    def clean(self) -> dict[str, Any]:
        """Let in, or say why not."""
        typed = self.cleaned_data
        if "username" not in typed or "password" not in typed:
            return typed
        self.user_cache = authenticate(
            self.request, username=typed["username"], password=typed["password"], code=typed.get("code", "")
        )
        if self.user_cache is None:
            raise self._refusal()
        self.confirm_login_allowed(self.user_cache)
        audit.login(self.request, audit.LET_IN, kind=User, user=self.user_cache)
        return typed

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """Refuse who has nothing to do on this site."""
        if not getattr(user, "is_staff", False):
            audit.login(self.request, "not an operator", kind=User, user=user)
            raise ValidationError(REFUSED)

    def _refusal(self) -> ValidationError:
        refusal = getattr(self.request, "login_refusal", None)
        if refusal is None:  # it was the brake, whose answer is a page of its own
            return ValidationError(REFUSED)
        audit.login(self.request, str(refusal), kind=User, user=logins.named(self.cleaned_data["username"]))
        if isinstance(refusal, logins.CodeNeeded):
            return ValidationError({"code": "Type the password again, and a code beside it."})
        return ValidationError(REFUSED)


admin.site.login_form = LoginForm
admin.site.login_template = "admin/login_with_code.html"
