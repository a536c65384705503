"""The routes of the probes, which both ports have."""

from django.urls import URLPattern, path

from gitlab_internal.monitoring import views

urlpatterns: list[URLPattern] = [
    path("-/health", views.health),
    path("-/liveness", views.liveness),
    path("-/readiness", views.ready),
]
