"""Configuration of the Workhorse app."""

from django.apps import AppConfig


class WorkhorseConfig(AppConfig):
    """Git and Git LFS over HTTP: asked here, carried by Workhorse."""

    name = "apps.workhorse"
    verbose_name = "Workhorse"
