"""The metrics have a port of their own, so that no proxy in front of the service ever shows them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.server.listening import LISTENER

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
        address = environ.get(LISTENER, "")
        if self._path or address.startswith("unix:"):
            return bool(self._path) and address == f"unix:{self._path}"
        return bool(self._port) and address.rpartition(":")[2] == self._port
