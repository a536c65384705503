"""Taking the secrets out of settings that are shown."""

import re
from collections.abc import Mapping
from typing import Any

from apps.core.observability.secret_texts import REDACTED, USER_INFORMATION

_NAME_OF_A_SECRET = re.compile(r"(token|secret|password|key|headers|dsn)$", re.IGNORECASE)
_QUERY = re.compile(r"([?&][^=&#\s]*(?:token|secret|password|key)[^=&#\s]*=)[^&#\s]+", re.IGNORECASE)


def redacted(name: str, value: Any) -> Any:
    """Return a setting's value without secrets: what is named like one, and the passwords inside of URLs."""
    if isinstance(value, Mapping):
        return {key: redacted(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(name, item) for item in value]
    if value and _NAME_OF_A_SECRET.search(name):
        return REDACTED
    return _without_passwords(value) if isinstance(value, str) else value


def _without_passwords(text: str) -> str:
    def hide(found: re.Match[str]) -> str:
        user, colon, _ = found[0].partition(":")
        return f"{user}:{REDACTED}" if colon else REDACTED

    return _QUERY.sub(rf"\1{REDACTED}", USER_INFORMATION.sub(hide, text))
