"""What the owners of keys have, for operators. No secret and no code is ever shown."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from apps.core.admin_site import audit
from apps.core.admin_site.pages import ModelAdmin
from apps.core.counting import counted
from apps.directory.models import User
from apps.ssh_keys import one_time_passwords
from apps.ssh_keys.models import OtpSecret, RecoveryCode, SecondFactorDevice, SshCertificateAuthority


class CountsRecoveryCodes(ModelAdmin[Any]):
    """Recovery codes are seen as the number that a user has, and in no other way."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count them in the query that reads the rows."""
        rows: QuerySet[Any] = super().get_queryset(request)
        codes = RecoveryCode.objects.filter(user=OuterRef("user")).order_by().values("user")
        count = Coalesce(Subquery(codes.annotate(count=Count("pk")).values("count")), 0)
        counted: QuerySet[Any] = rows.annotate(code_count=count)
        return counted

    @admin.display(description="recovery codes", ordering="code_count")
    def recovery_codes(self, row: Any) -> int:
        """How many the user of this row has."""
        return int(row.code_count)


@admin.register(SecondFactorDevice)
class SecondFactorDeviceAdmin(CountsRecoveryCodes):
    """Hardware devices; one of them turns two-factor authentication on."""

    list_display = ("name", "user", "kind", "recovery_codes", "created_at")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("user__username__lower", "pk")
    autocomplete_fields = ("user",)
    readonly_fields = ("created_at",)
    ordering = ("-id",)


@admin.register(OtpSecret)
class OtpSecretAdmin(CountsRecoveryCodes):
    """Who has an authenticator app. `manage.py user enrol-otp` makes one, and shows it only there."""

    list_display = ("user", "recovery_codes", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__username__lower",)
    fields = ("user", "recovery_codes", "created_at")
    readonly_fields = fields
    ordering = ("-id",)
    actions = ("turn_off",)
    row_actions = {"turn_off": "Turn off"}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The secret could not be shown here."""
        return False

    @admin.action(description="Turn one-time passwords off", permissions=["change"])
    def turn_off(self, request: HttpRequest, secrets: QuerySet[OtpSecret]) -> None:
        """Forget the secrets and recovery codes of these users."""
        users = [secret.user for secret in secrets.select_related("user")]
        with audit.of_each(User.objects.filter(pk__in=[user.pk for user in users])):
            for user in users:
                one_time_passwords.withdraw(user)
        self.message_user(
            request, f"One-time passwords are off for {counted(len(users), 'user')}.", messages.SUCCESS
        )


@admin.register(SshCertificateAuthority)
class SshCertificateAuthorityAdmin(ModelAdmin[SshCertificateAuthority]):
    """Keys whose certificates let the members of a group in."""

    list_display = ("title", "group", "fingerprint_sha256", "created_at")
    list_select_related = ("group__route",)
    search_fields = ("fingerprint_sha256__exact", "group__route__path__lower")
    autocomplete_fields = ("group",)
    readonly_fields = ("fingerprint_sha256", "created_at")
    ordering = ("-id",)
