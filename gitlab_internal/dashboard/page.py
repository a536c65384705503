"""The first page of the operators' site."""

from typing import Any

from django.http import HttpRequest


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the first page shows."""
    return context
