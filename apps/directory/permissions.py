"""What an authenticated user must be."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.core.api.errors import RequestForbidden
from apps.directory.authentication import READING
from apps.directory.models import User


class IsInstanceAdmin(BasePermission):
    """The user is an administrator of the whole instance."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return ``True``.

        Raises:
            RequestForbidden: the user is no administrator.
        """
        if isinstance(request.user, User) and request.user.admin:
            return True
        raise RequestForbidden


class IsInstanceAdminToWrite(IsInstanceAdmin):
    """Whoever only reads is let through here, and judged by the view."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return ``True``.

        Raises:
            RequestForbidden: the user is no administrator and would change something.
        """
        return request.method in READING or super().has_permission(request, view)
