"""What the port of the metrics answers."""

from django.urls import URLPattern, path

from apps.operations.monitoring import probes, views

handler404 = "apps.core.api.errors.route_not_found"

urlpatterns: list[URLPattern] = [*probes.urlpatterns, path("metrics", views.metrics)]
