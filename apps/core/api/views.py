"""The base of every viewset of the API."""

from typing import Any, ClassVar

from rest_framework.exceptions import APIException, MethodNotAllowed
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from apps.core.api.errors import GIT_BODY_ERRORS, BodyErrors
from apps.core.observability import decisions


class InternalViewSet(ViewSet):
    """Routing comes before authentication: a wrong method on a known path is 405 for everybody."""

    body_errors: ClassVar[BodyErrors] = GIT_BODY_ERRORS
    body_comes_first: ClassVar[bool] = False
    """Whether a body that cannot be read is refused before the caller is authenticated."""

    @property
    def allowed_methods(self) -> list[str]:
        """What ``Allow`` names; OPTIONS is refused as every other method is."""
        return [method.upper() for method in self.action_map]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the method, then authenticate and authorise."""
        if (request.method or "").lower() not in self.action_map:
            raise MethodNotAllowed(request.method or "")
        if self.body_comes_first:
            request.data  # noqa: B018 -- reading it parses the body
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Authenticate, and note whom that keeps out."""
        try:
            super().perform_authentication(request)
        except APIException:
            decisions.not_authenticated(self.get_authenticate_header(request) or "")
            raise
