"""The base of every viewset that Workhorse asks, or passes a client's request on to."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.core.api.views import InternalViewSet
from apps.workhorse.answers import TextFailure, text
from apps.workhorse.authentication import access_denied


class PersonOrDownload(BasePermission):
    """Somebody who has proved it, or nobody in particular where the view says that it only downloads."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether it is one of the two; whether nobody may download this is the view's next question."""
        return request.auth is not None or view.is_download()


class WorkhorseViewSet(InternalViewSet):
    """Refusals are words that git shows, and Workhorse leaves them alone; nothing is kept by a cache."""

    permission_classes = (PersonOrDownload,)
    schema = None  # not of the internal API: git, git-lfs and Workhorse ask here

    def is_download(self) -> bool:
        """Whether the request only reads, so that nobody in particular may send it."""
        return False

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> Any:
        """Ask who it is, in one and the same way whatever is there."""
        raise access_denied()

    def handle_exception(self, exc: Exception) -> Any:
        """Answer in words where somebody is meant to read them."""
        if isinstance(exc, TextFailure):
            return text(exc.status_code, exc.text, headers=exc.headers)
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep Workhorse from putting its own page in the place of a refusal, and caches from everything."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code >= 400:
            response["X-GitLab-Custom-Error"] = "1"
        response.headers.setdefault("Cache-Control", "no-store")
        return response
