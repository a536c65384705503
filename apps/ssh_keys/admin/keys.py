"""Keys for operators: found by fingerprint or owner, with the projects that a deploy key opens."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from apps.ssh_keys import public_keys
from apps.ssh_keys.models import DeployKeyGrant, Key, KeyKind

SOON = timedelta(days=7)
FOLLOWING = ("algorithm", "bits", "fingerprint_sha256", "fingerprint_md5", "created_at", "last_used_at")


class ExpiryFilter(admin.SimpleListFilter):
    """When a key ends."""

    title = "expiry"
    parameter_name = "expiry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the choices."""
        return [("expired", "Expired"), ("soon", f"Within {SOON.days} days"), ("never", "Never")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the keys of the choice."""
        now = timezone.now()
        match self.value():
            case "expired":
                return queryset.filter(expires_at__lte=now)
            case "soon":
                return queryset.filter(expires_at__gt=now, expires_at__lte=now + SOON)
            case "never":
                return queryset.filter(expires_at=None)
        return queryset


class KeyForm(ModelForm[Key]):
    """A key; its fingerprint is no field, so that it is stored already is found here."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # not in the stubs
        if self.errors or self.instance.pk:
            return
        stored = Key.objects.filter(fingerprint_sha256=self.instance.fingerprint_sha256).first()
        if stored:
            self.add_error("key", f"This key is stored already: {stored.title}.")


class DeployKeyGrantInline(admin.TabularInline[DeployKeyGrant, Key]):
    """The projects that a deploy key opens."""

    model = DeployKeyGrant
    autocomplete_fields = ("project",)
    extra = 0


@admin.register(Key)
class KeyAdmin(admin.ModelAdmin[Key]):
    """User keys and deploy keys. The text of a key stands still once it is stored."""

    form = KeyForm
    list_display = (
        "title", "kind", "user", "last_used_at", "expires_at", "algorithm", "fingerprint_sha256",
    )  # fmt: skip
    list_filter = ("kind", ExpiryFilter, "usage_type", "algorithm")
    list_select_related = ("user",)
    search_fields = ("title", "user__username", "fingerprint_sha256", "fingerprint_md5")
    search_help_text = "Title, owner, fingerprint (SHA256:… or MD5:…), or the whole key."
    ordering = ("-id",)
    date_hierarchy = "created_at"
    autocomplete_fields = ("user",)
    inlines = (DeployKeyGrantInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Key | None = None) -> tuple[str, ...]:
        """What a stored key is stands still."""
        return ("kind", "key", *FOLLOWING) if obj else ()

    def get_fields(self, request: HttpRequest, obj: Key | None = None) -> tuple[str, ...]:
        """A new key has nothing yet that follows from it."""
        return ("title", "kind", "user", "usage_type", "expires_at", "key", *(FOLLOWING if obj else ()))

    def get_inlines(
        self, request: HttpRequest, obj: Key | None
    ) -> tuple[type[InlineModelAdmin[Any, Any]], ...]:
        """Only a deploy key opens projects."""
        return self.inlines if obj and obj.kind == KeyKind.DEPLOY_KEY else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Key], search_term: str
    ) -> tuple[QuerySet[Key], bool]:
        """Take fingerprints as OpenSSH prints them, and whole keys."""
        return super().get_search_results(request, queryset, _fingerprint(search_term))


def _fingerprint(term: str) -> str:
    try:
        return public_keys.parse(term).fingerprint_sha256
    except public_keys.InvalidPublicKey:
        return term.removeprefix("SHA256:").removeprefix("MD5:")
