"""Push options: ``namespace.key[=value]``, as the pusher typed them and as they are understood."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

MERGE_REQUEST = "merge_request"
CI = "ci"
_ALIASES = {"mr": MERGE_REQUEST}
_KEYS: dict[str, frozenset[str]] = {
    MERGE_REQUEST: frozenset(
        (
            "assign",
            "create",
            "description",
            "draft",
            "label",
            "merge_when_pipeline_succeeds",
            "auto_merge",
            "milestone",
            "remove_source_branch",
            "squash",
            "target",
            "target_project",
            "title",
            "unassign",
            "unlabel",
        )
    ),
    CI: frozenset({"skip", "variable", "input"}),
    "integrations": frozenset({"skip_ci"}),
    "secret_detection": frozenset({"skip_all"}),
    "secret_push_protection": frozenset({"skip_all"}),
    "security_policy": frozenset({"bypass_reason"}),
}
_MULTI_VALUED = {
    MERGE_REQUEST: frozenset({"assign", "label", "unassign", "unlabel"}),
    CI: frozenset({"variable", "input"}),
}

# namespace -> key -> value, or for a key with many values: value -> how often it was given.
Parsed = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOptions:
    """The options of one push."""

    raw: tuple[str, ...] = ()
    parsed: Parsed = field(default_factory=dict)

    @property
    def merge_request(self) -> dict[str, Any]:
        """The options about merge requests."""
        return self.parsed.get(MERGE_REQUEST, {})

    def text(self, key: str) -> str | None:
        """Return a merge-request option that has been given with a value."""
        value = self.merge_request.get(key)
        return value if isinstance(value, str) else None


def parse(raw: Iterable[str], *, skip_ci: bool = False) -> PushOptions:
    """Read options in their order; what is unknown is ignored. ``skip_ci`` is said by Gitaly's context."""
    given = tuple(raw)
    parsed: Parsed = {}
    for option in given:
        _put(parsed, option)
    if skip_ci:
        parsed.setdefault(CI, {})["skip"] = True
    return PushOptions(raw=given, parsed=parsed)


def _put(parsed: Parsed, option: str) -> None:
    namespace, _, rest = option.partition(".")
    key, _, value = rest.partition("=")
    namespace, key = namespace.strip(), key.strip()
    namespace = _ALIASES.get(namespace, namespace)
    if key not in _KEYS.get(namespace, ()):
        return
    options = parsed.setdefault(namespace, {})
    understood = value.strip() or True
    if key in _MULTI_VALUED.get(namespace, ()):
        counts = options.setdefault(key, {})
        # A key of a JSON object is a text.
        name = understood if isinstance(understood, str) else "true"
        counts[name] = counts.get(name, 0) + 1
    else:
        options[key] = understood
