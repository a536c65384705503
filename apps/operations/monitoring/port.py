"""The metrics have a port of their own, so that no proxy in front of the service ever shows them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

URLS = "apps.operations.monitoring.urls"


class MetricsPortMiddleware:
    """A request that has come to ``METRICS_BIND`` finds the metrics and the probes, and nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        address = settings.METRICS_BIND
        self._path = address.removeprefix("unix:") if address.startswith("unix:") else ""
        self._port = "" if self._path else address.rpartition(":")[2]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self._came_here(request.META):
            request.urlconf = URLS
        return self.get_response(request)

    def _came_here(self, environ: dict[str, Any]) -> bool:
        """Ask the socket itself: the port that WSGI names comes from the Host header on a Unix socket."""
        if self._path:
            return environ.get("REMOTE_ADDR") == "" and _own_name(environ) == self._path
        if environ.get("SERVER_PORT") != self._port:
            return False
        name = _own_name(environ)
        return isinstance(name, tuple) and str(name[1]) == self._port


def _own_name(environ: dict[str, Any]) -> Any:
    socket = environ.get("gunicorn.socket")
    return socket.getsockname() if socket else None
