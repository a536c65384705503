"""The base of every viewset that Workhorse asks, or passes a client's request on to."""

from typing import Any

from django.utils import timezone
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.core.api.errors import ROUTE_NOT_FOUND, Failure
from apps.core.api.views import InternalViewSet
from apps.git_access.context.facts import Facts, Question, readers
from apps.ssh_keys.actors import Lookup
from apps.workhorse.answers import TextFailure, text
from apps.workhorse.authentication import access_denied
from apps.workhorse.identities import Identity


class PersonOrDownload(BasePermission):
    """Somebody who has proved it, or nobody in particular where the view says that it only downloads."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether it is one of the two; whether nobody may download this is the view's next question."""
        return request.auth is not None or view.is_download()


class WorkhorseViewSet(InternalViewSet):
    """Refusals are words that git shows, and Workhorse leaves them alone; nothing is kept by a cache."""

    permission_classes: tuple[type[BasePermission], ...] = (PersonOrDownload,)
    schema = None  # not of the internal API: git, git-lfs and Workhorse ask here

    @property
    def identity(self) -> Identity | None:
        """Who asks, as the credential says; ``None`` is nobody in particular."""
        auth = self.request.auth
        return auth if isinstance(auth, Identity) else None

    def look(self, actor: Lookup) -> Facts:
        """Read what is known about somebody and the repository in the path, in one round trip."""
        path = self.kwargs["repository"]
        return readers.read(Question(actor=actor, path=path, on=timezone.now().date()))

    def known(self) -> Facts:
        """Return what is known about who asks, and the repository in the path."""
        return self.identity.facts if self.identity else self.look(Lookup())

    def is_download(self) -> bool:
        """Whether the request only reads, so that nobody in particular may send it."""
        return False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a path that Workhorse has read another way: it routes it cleaned, and sends it raw."""
        path = _raw_path(request)
        if "//" in path or "%2f" in path.lower() or "%5c" in path.lower():
            raise Failure(404, ROUTE_NOT_FOUND)
        super().initial(request, *args, **kwargs)

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


def _raw_path(request: Request) -> str:
    """Return the path as it was sent; decoded, ``%2F`` is a slash like any other."""
    return str(request.META.get("RAW_URI", "")).partition("?")[0]
