"""What the admin pages of several apps share."""

from typing import Any

from django.http import HttpRequest


class Unchangeable:
    """What machines have written is looked at, and at most removed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(Unchangeable):
    """What machines have written is only to be looked at."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
