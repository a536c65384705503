"""Values from the environment; one that cannot be read is named, with where to mend it, and never shown."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_KINDS: dict[str, str] = {"loads": "JSON", "int": "a whole number", "float": "a number"}
_DATABASES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")


class Reader(environ.Env):  # type: ignore[misc]  # the library has no types
    """``environ.Env`` over the process environment and the settings file of an instance.

    Every method raises ``ImproperlyConfigured`` for a value that is none of its kind.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        given = dict(os.environ)
        self.read_env(file, overwrite=True)  # of two lines, the later one counts, as for systemd and Docker
        os.environ.update(given)

    def get_value(self, var: str, cast: Callable[..., Any] | None = None, *rest: Any, **options: Any) -> Any:
        try:
            return super().get_value(var, cast, *rest, **options)
        except ValueError as error:
            kind = _KINDS.get(getattr(cast, "__name__", ""), "of the right kind")
            raise self.unusable(var, f"is not {kind}") from error

    def database(self, var: str, url: str) -> dict[str, Any]:
        """Return Django's settings of a database from its address."""
        engine = self.DB_SCHEMES.get(url.partition(":")[0])
        try:
            if engine in _DATABASES:
                found: dict[str, Any] = self.db_url_config(url)
                return found
        except ValueError as error:  # such as a port that is no number
            raise self._no_database(var) from error
        raise self._no_database(var)

    def with_addresses(self, var: str, value: Any) -> dict[str, dict[str, Any]]:
        """Return ``value`` if it is an object of objects, each with an address."""
        if isinstance(value, dict) and all(
            isinstance(each, dict) and isinstance(each.get("address"), str) for each in value.values()
        ):
            return value
        raise self.unusable(var, 'is not like {"default": {"address": "unix:/run/gitaly.socket"}}')

    def must_be(self, var: str, value: str, names: Sequence[str]) -> None:
        """Let pass a value that is one of ``names``; an empty one of these is not named."""
        if value not in names:
            raise self.unusable(var, f"is none of {', '.join(name for name in names if name)}")

    def unusable(self, var: str, reason: str) -> ImproperlyConfigured:
        """Return the error that says what is wrong with a setting."""
        return ImproperlyConfigured(f"{var} {reason}. Mend it in {self.file} or in the environment.")

    def _no_database(self, var: str) -> ImproperlyConfigured:
        return self.unusable(var, "is neither postgres://USER:PASSWORD@HOST:5432/NAME nor sqlite:////PATH")
