"""``/api/schema`` and ``/api/docs``. Both are open to everybody: they hold nothing that is secret."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.operations.openapi import document

JSON, YAML = "application/json", "application/yaml"


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Answer with the schema: JSON, or YAML by ``?format=yaml`` or by ``Accept``."""
    wanted = request.GET.get("format") or ("yaml" if "yaml" in request.headers.get("Accept", "") else "json")
    if wanted == "yaml":
        return HttpResponse(document.as_yaml(), content_type=YAML)
    return HttpResponse(document.as_json(), content_type=JSON)


@require_safe
def viewer(request: HttpRequest) -> HttpResponse:
    """Show the schema in Swagger UI, all of whose files are the instance's own."""
    return render(request, "operations/api_docs.html")
