"""The routes of the probes, which both ports have."""

from django.urls import URLPattern, path

from apps.operations.monitoring import views

urlpatterns: list[URLPattern] = [
    path("-/health", views.health),
    path("-/liveness", views.liveness),
    path("-/readiness", views.ready, name="readiness"),
]
