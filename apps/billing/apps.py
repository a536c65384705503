"""Configuration of the billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """What CustomersDot tells us about namespaces."""

    name = "apps.billing"
    verbose_name = "Billing"
