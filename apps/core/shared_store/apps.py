"""Configuration of the shared store."""

from django.apps import AppConfig


class SharedStoreConfig(AppConfig):
    """Short-lived values that all processes of an instance share."""

    name = "apps.core.shared_store"
    label = "shared_store"
    verbose_name = "Shared store"
