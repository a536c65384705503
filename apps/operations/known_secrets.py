"""Every secret that this process can read, to keep it out of what leaves the instance."""

import base64
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from django.conf import settings

from apps.operations import folder

SHORTEST = 6  # characters; what is shorter is found everywhere


def known_secrets() -> set[str]:
    """Return the texts that must not be shown, the secret files' also in Base64, as clients send them."""
    return {text for text in (*_of_files(), *_of_settings()) if len(text) >= SHORTEST}


def _of_files() -> Iterator[str]:
    for name, path in folder.secret_files().items():
        if name == folder.SETTINGS_FILE:
            continue  # the secrets among them are in the settings
        with suppress(OSError, UnicodeDecodeError):
            content = path.read_bytes()
            yield from content.decode().split()
            yield base64.b64encode(content).decode()
            yield base64.b64encode(content.strip()).decode()


def _of_settings() -> Iterator[str]:
    yield from (settings.SECRET_KEY, settings.GITALY_TOKEN or "")
    for storage in settings.GITALY_STORAGES.values():
        yield storage.get("token") or ""
    for url in (settings.DATABASE_URL, settings.REDIS_URL):
        password = urlsplit(url).password or ""
        yield from (password, unquote(password))
