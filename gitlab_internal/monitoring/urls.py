"""What the port of the metrics answers."""

from django.urls import URLPattern, path

from gitlab_internal.monitoring import probes, views

handler404 = "gitlab_internal.api.errors.route_not_found"

urlpatterns: list[URLPattern] = [*probes.urlpatterns, path("metrics", views.metrics)]
