"""Configuration of the agent app."""

from django.apps import AppConfig


class AgentConfig(AppConfig):
    """What kas asks about agents, and what it tells about their clusters."""

    name = "apps.agent"
    verbose_name = "Kubernetes agents"
