"""Workhorse on its own behalf, where it reports what GitLab Shell reports too."""

from rest_framework.request import Request

from apps.core.api.authentication import Component, SharedSecretAuthentication
from apps.core.api.workhorse_signatures import signed

WORKHORSE = Component("gitlab-workhorse")


class ShellOrWorkhorseAuthentication(SharedSecretAuthentication):
    """What Workhorse has signed; else what GitLab Shell and Gitaly show."""

    def authenticate(self, request: Request) -> tuple[Component, None]:
        """Return the component.

        Raises:
            AuthenticationFailed: no credential holds.
        """
        token = request.META.get("HTTP_GITLAB_WORKHORSE_API_REQUEST", "")
        if token and signed(token) is not None:
            return WORKHORSE, None
        return super().authenticate(request)


def is_workhorse(request: Request) -> bool:
    """Whether it was Workhorse that authenticated itself."""
    return isinstance(request.user, Component) and request.user == WORKHORSE
