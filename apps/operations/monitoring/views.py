"""Probes for load balancers, and the page that Prometheus reads. None of them authenticates."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.operations.monitoring import exposition, readiness


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """``/-/health``: the process answers; the words are GitLab's."""
    return HttpResponse("GitLab OK", content_type="text/plain")


@require_safe
@never_cache
def liveness(request: HttpRequest) -> JsonResponse:
    """``/-/liveness``: the process answers. Nothing else is looked at: a restart would not mend it."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """``/-/readiness``: 503 while requests cannot be answered; the names of parts, never a reason."""
    found = readiness.look(now=timezone.now())
    body = {"status": "ok" if found.ready else "failed", "checks": found.checks}
    return JsonResponse(body, status=200 if found.ready else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """``/metrics``: only on the port of its own."""
    return HttpResponse(exposition.render(), content_type=exposition.CONTENT_TYPE)
