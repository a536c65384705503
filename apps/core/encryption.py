"""Secrets that we have to read again, encrypted at rest.

The keys stand in a file of their own, one a line, the newest first: the first one encrypts, all of them
decrypt. A missing key or a value that no key opens is an error, never an empty or a raw value.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models

from apps.core import secret_uses
from apps.core.secret_files import SecretFile


class NoEncryptionKey(RuntimeError):
    """The key file is missing, empty or malformed."""


class Undecryptable(RuntimeError):
    """No key of the key file opens the value."""


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A secret as it is stored. It shows itself to nobody who does not ask for ``reveal()``."""

    token: str

    @classmethod
    def of(cls, text: str) -> "Encrypted":
        """Encrypt a text with the newest key.

        Raises:
            NoEncryptionKey: there is none.
        """
        newest = live_keys()[0]
        secret_uses.note(newest)
        return cls(Fernet(newest).encrypt(text.encode()).decode())

    def reveal(self) -> str:
        """Return the text.

        Raises:
            NoEncryptionKey: there is none at all.
            Undecryptable: its key has gone.
        """
        key, text = self._opened()
        secret_uses.note(key)
        return text.decode()

    def renewed(self) -> "Encrypted":
        """Return the same text under the newest key; what is under it already is returned as it is.

        Raises:
            NoEncryptionKey: there is none at all.
            Undecryptable: its key has gone.
        """
        key, text = self._opened()
        newest = live_keys()[0]
        return self if key == newest else Encrypted(Fernet(newest).encrypt(text).decode())

    def _opened(self) -> tuple[bytes, bytes]:
        for key in live_keys():
            with suppress(InvalidToken):
                return key, Fernet(key).decrypt(self.token)
        raise Undecryptable("No key in ENCRYPTION_KEYS_FILE opens this value.")

    def __str__(self) -> str:
        return "[encrypted]"

    def __repr__(self) -> str:
        return "Encrypted(…)"


class EncryptedField(models.Field[Encrypted, Encrypted]):
    """A column of :class:`Encrypted` values; dumps and queries see the ciphertext."""

    def get_internal_type(self) -> str:
        """Return the kind of column that holds it."""
        return "TextField"

    def from_db_value(self, value: str | None, *context: Any) -> Encrypted | None:
        """Return what the column holds, without opening it."""
        return None if value is None else Encrypted(value)

    def to_python(self, value: Any) -> Encrypted | None:
        """Return what a dump holds, without opening it."""
        return value if value is None or isinstance(value, Encrypted) else Encrypted(str(value))

    def get_prep_value(self, value: Any) -> str | None:
        """Return what is stored.

        Raises:
            TypeError: the value is not encrypted; a clear text is never stored.
        """
        if value is not None and not isinstance(value, Encrypted):
            raise TypeError(f"{self.name} takes Encrypted.of(…), not a clear text.")
        return None if value is None else value.token

    def value_to_string(self, obj: models.Model) -> str:
        """Return what a dump shows: the ciphertext."""
        return str(self.get_prep_value(self.value_from_object(obj)))


def new_key() -> bytes:
    """Return a line for the key file."""
    return Fernet.generate_key() + b"\n"


def live_keys() -> list[bytes]:
    """Return every key of the key file, the newest first; there is at least one.

    Raises:
        NoEncryptionKey: the file is missing, empty or malformed.
    """
    path = settings.ENCRYPTION_KEYS_FILE
    keys = _key_file(path).content().split()
    if not keys or not all(map(_is_key, keys)):
        raise NoEncryptionKey(f"{path} holds no usable key; `manage.py secret rotate encryption` makes one.")
    return keys


@cache
def _key_file(path: Path) -> SecretFile:
    return SecretFile(path)


@cache
def _is_key(line: bytes) -> bool:
    try:
        Fernet(line)
    except ValueError:
        return False
    return True
