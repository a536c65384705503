"""Setting and clearing push rules of the instance, a group or a project, from texts that people write."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BooleanField

from apps.directory.models import Namespace, Project
from apps.git_access.models import PushRule, PushRuleScope

_OWNER = frozenset({"id", "scope", "group", "project"})
RULES = tuple(field.name for field in PushRule._meta.concrete_fields if field.name not in _OWNER)
_WORDS = {"yes": True, "true": True, "no": False, "false": False, "inherit": None}


class NoRules(LookupError):
    """The owner has no set of rules of its own."""

    def __init__(self) -> None:
        super().__init__("There is no such set of rules.")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rules: a project's or a group's, or with neither the instance's."""

    project: Project | None = None
    group: Namespace | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The columns that a row of this owner has."""
        if self.project:
            return {"scope": PushRuleScope.PROJECT, "project": self.project}
        if self.group:
            return {"scope": PushRuleScope.GROUP, "group": self.group}
        return {"scope": PushRuleScope.INSTANCE}


def find(owner: Owner) -> PushRule:
    """Return the owner's own set of rules.

    Raises:
        NoRules: there is none.
    """
    rules = PushRule.objects.filter(**owner.columns).first()
    if rules is None:
        raise NoRules
    return rules


@transaction.atomic
def change(owner: Owner, *, given: Mapping[str, str]) -> PushRule:
    """Set rules from texts, such as ``{"prevent_secrets": "yes"}``; those not named stay as they are.

    Raises:
        ValidationError: a rule is not known, or its text means nothing for it; nothing is changed.
    """
    rules = PushRule.objects.filter(**owner.columns).first() or PushRule(**owner.columns)
    for name, text in given.items():
        setattr(rules, name, _value(name, text))
    rules.full_clean()
    rules.save()
    return rules


def clear(owner: Owner) -> None:
    """Remove the owner's own set of rules; that of the next above it counts then.

    Raises:
        NoRules: there is none.
    """
    removed, _ = PushRule.objects.filter(**owner.columns).delete()
    if not removed:
        raise NoRules


def _value(name: str, text: str) -> Any:
    if name not in RULES:
        raise ValidationError(f"{name} is no rule; there are {', '.join(RULES)}.")
    field: Any = PushRule._meta.get_field(name)
    if isinstance(field, BooleanField):
        if text not in _WORDS or (text == "inherit" and not field.null):
            raise ValidationError(f"{name} is yes or no{', or inherit' if field.null else ''}.")
        return _WORDS[text]
    try:
        return field.clean(text, None)
    except ValidationError as fault:
        raise ValidationError({name: fault}) from fault
