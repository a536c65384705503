"""What is configured on this instance, and where each value comes from."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.operations.redaction import redacted
from apps.operations.setting_inventory import Setting, inventory


class Source(StrEnum):
    """Where a value comes from, the strongest first."""

    ENVIRONMENT = "environment"
    FILE = "file env"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Configured:
    """A setting with the value that is in force, without secrets."""

    setting: Setting
    value: Any
    source: Source


def in_force() -> list[Configured]:
    """Return every setting, in the order of the code."""
    file = _file()
    return [
        Configured(setting, redacted(setting.name, _value(setting)), _source(setting.name, file))
        for setting in inventory()
    ]


def _value(setting: Setting) -> Any:
    """The value as Django has it, or else as the environment has it, or else how the code makes it."""
    try:
        value = getattr(settings, setting.name)
    except AttributeError:
        return os.environ.get(setting.name, setting.default)
    except ImproperlyConfigured:  # Django's word for a SECRET_KEY that is empty
        return ""
    return str(value) if isinstance(value, Path) else value


def _source(name: str, file: dict[str, str]) -> Source:
    if name not in os.environ:
        return Source.DEFAULT
    # Reading the file has put its values into the environment, where there was none.
    return Source.FILE if file.get(name) == os.environ[name] else Source.ENVIRONMENT


def _file() -> dict[str, str]:
    """The variables in the file ``env`` of ``DATA``, read as the settings read them."""

    class File(environ.Env):  # type: ignore[misc]  # the library has no types
        ENVIRON: dict[str, str] = {}

    File.read_env(settings.DATA / "env", overwrite=True)
    return File.ENVIRON
