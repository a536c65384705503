"""Git access for operators; Django's admin loads this, and importing the pages registers them."""

from apps.git_access.admin import (
    history,
    instance,
    lfs,
    locks,
    projects,
    protected_refs,
    push_rules,
    webhooks,
)

__all__ = ["history", "instance", "lfs", "locks", "projects", "protected_refs", "push_rules", "webhooks"]
