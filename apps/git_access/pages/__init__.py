"""The operators' pages about what a push may bring, and about who is told of it; ``admin`` loads them."""

from apps.git_access.pages import lfs, locks, push_rules, webhooks

__all__ = ["lfs", "locks", "push_rules", "webhooks"]
