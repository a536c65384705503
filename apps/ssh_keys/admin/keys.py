"""Keys for operators: found by fingerprint or owner, with the projects that a deploy key opens."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from apps.core.admin_site import audit
from apps.core.admin_site.labels import label
from apps.core.admin_site.pages import ModelAdmin, TabularInline
from apps.core.counting import counted
from apps.ssh_keys import public_keys
from apps.ssh_keys.models import DeployKeyGrant, Key, KeyKind, KeyState
from apps.ssh_keys.models.keys import SOON

FOLLOWING = ("algorithm", "bits", "fingerprint", "md5", "public_key")


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
        self._forget_private_key()
        if self.errors or self.instance.pk:
            return
        stored = Key.objects.filter(fingerprint_sha256=self.instance.fingerprint_sha256).first()
        if stored:
            self.add_error("key", f"This key is stored already: {stored.title}.")

    def _forget_private_key(self) -> None:
        """A private key that was pasted is not shown again with the error."""
        name = self.add_prefix("key")
        if public_keys.is_private(str(self.data.get(name, ""))):
            self.data = {**self.data, name: ""}


class DeployKeyGrantInline(TabularInline[DeployKeyGrant, Key]):
    """The projects that a deploy key opens."""

    model = DeployKeyGrant
    autocomplete_fields = ("project",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeployKeyGrant]:
        """Read the paths with the rows."""
        return super().get_queryset(request).select_related("project__route")


@admin.register(Key)
class KeyAdmin(ModelAdmin[Key]):
    """User keys and deploy keys. What a key is, and whose, stands still once it is stored."""

    form = KeyForm
    list_display = ("title", "kind", "user", "state", "last_used_at", "expires_at", "fingerprint")
    list_filter = ("kind", ExpiryFilter, "usage_type")
    list_select_related = ("user",)
    search_fields = ("title__startswith", "user__username__lower", "pk")
    search_help_text = (
        "A fingerprint or the line of ssh-keygen -lf, a public key or its Base64 text, the owner's username, "
        "the beginning of the title, or the id."
    )
    ordering = ("-id",)
    autocomplete_fields = ("user",)
    inlines = (DeployKeyGrantInline,)
    actions = ("expire",)
    row_actions = {"expire": "Let it expire now"}

    def fixed_fields(self, request: HttpRequest, obj: Key | None = None) -> tuple[str, ...]:
        """What a stored key is stands still."""
        return ("kind", "user", *FOLLOWING, "state", "created_at", "last_used_at", "uses") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Key | None = None) -> Any:
        """A new key has nothing yet that follows from it."""
        if obj is None:
            return ((None, {"fields": ("title", "kind", "user", "usage_type", "expires_at", "key")}),)
        return (
            (
                None,
                {
                    "fields": (
                        ("title", "state"), ("kind", "user"), "usage_type", "expires_at",
                        ("created_at", "last_used_at"), "uses",
                    )
                },
            ),
            (
                "The key itself",
                {"fields": (("algorithm", "bits"), "fingerprint", "md5", "public_key")},
            ),
        )  # fmt: skip

    def get_inlines(
        self, request: HttpRequest, obj: Key | None
    ) -> tuple[type[InlineModelAdmin[Any, Any]], ...]:
        """Only a deploy key opens projects."""
        return self.inlines if obj and obj.kind == KeyKind.DEPLOY_KEY else ()

    def searched(self, term: str) -> list[QuerySet[Any]]:
        """Take fingerprints as OpenSSH prints them, and whole keys, beside names."""
        return [*super().searched(term), Key.objects.fingerprinted(term)]

    @label(
        KeyState,
        success=(KeyState.USABLE,),
        info=(KeyState.SIGNING_ONLY,),
        warning=(KeyState.EXPIRES_SOON,),
        danger=(KeyState.EXPIRED,),
    )
    def state(self, key: Key) -> KeyState:
        """Whether it opens anything now."""
        return key.state(at=timezone.now())

    @admin.display(description="SHA-256 fingerprint", ordering="fingerprint_sha256")
    def fingerprint(self, key: Key) -> str:
        """The whole fingerprint, in letters of one width."""
        return format_html(
            '<code class="text-xs" style="overflow-wrap: anywhere">{}</code>', key.fingerprint_sha256
        )

    @admin.display(description="MD5 fingerprint")
    def md5(self, key: Key) -> str:
        """The fingerprint that old programs print."""
        return format_html(
            '<code class="text-xs" style="overflow-wrap: anywhere">{}</code>', key.fingerprint_md5
        )

    @admin.display(description="public key")
    def public_key(self, key: Key) -> str:
        """The key itself, as OpenSSH reads it."""
        return format_html('<code class="text-xs" style="overflow-wrap: anywhere">{}</code>', key.key)

    @admin.display(description="used for")
    def uses(self, key: Key) -> str:
        """Lead to what was done with it."""
        events = reverse("admin:git_access_gitauditevent_changelist", query={"key__id__exact": key.pk})
        pushes = reverse("admin:git_access_pushrecord_changelist", query={"deploy_key__id__exact": key.pk})
        links = format_html('<a href="{}" class="text-primary-600">Git audit events</a>', events)
        if key.kind != KeyKind.DEPLOY_KEY:
            return links
        return format_html('{} · <a href="{}" class="text-primary-600">pushes</a>', links, pushes)

    @admin.action(description="Let the selected keys expire now", permissions=["change"])
    def expire(self, request: HttpRequest, keys: QuerySet[Key]) -> None:
        """End keys, and keep them: their fingerprints stay taken."""
        with audit.of_each(keys):
            expired = Key.objects.filter(pk__in=keys).expire(at=timezone.now())
        self.message_user(request, f"{counted(expired, 'key has', 'keys have')} expired.", messages.SUCCESS)
