"""Secrets that we have to read again, encrypted at rest.

The keys stand in a file of their own, one a line, the newest first: the first one encrypts, all of them
decrypt. A missing key or a value that no key opens is an error, never an empty or a raw value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models

from gitlab_internal import secret_files
from gitlab_internal.secret_files import SecretFile


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
        """Encrypt a text with the newest key."""
        return cls(_cipher().encrypt(text.encode()).decode())

    def reveal(self) -> str:
        """Return the text.

        Raises:
            Undecryptable: its key has gone.
        """
        try:
            return _cipher().decrypt(self.token).decode()
        except InvalidToken:
            raise Undecryptable("No key in ENCRYPTION_KEYS_FILE opens this value.") from None

    def renewed(self) -> "Encrypted":
        """Return the same text under the newest key.

        Raises:
            Undecryptable: its key has gone.
        """
        try:
            return Encrypted(_cipher().rotate(self.token).decode())
        except InvalidToken:
            raise Undecryptable("No key in ENCRYPTION_KEYS_FILE opens this value.") from None

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


def new_key() -> str:
    """Return a line for the key file."""
    return f"{Fernet.generate_key().decode()}\n"


def add_key(path: Path) -> None:
    """Put a new key on top of the key file; the file is created if there is none."""
    existing = path.read_bytes() if path.exists() else b""
    secret_files.replace(path, new_key().encode() + existing)


def forget_old_keys(path: Path) -> int:
    """Keep only the newest key and return how many others there were. Renew every value before."""
    newest, *older = path.read_bytes().split()
    secret_files.replace(path, newest + b"\n")
    return len(older)


def require_keys() -> None:
    """Let pass where something can be encrypted.

    Raises:
        NoEncryptionKey: it cannot.
    """
    _cipher()


def renew() -> int:
    """Bring every stored value under the newest key and return how many there are.

    Raises:
        Undecryptable: a value's key has gone; nothing else is changed by this call for that value.
    """
    return sum(_renew(model, field) for model, field in _encrypted_columns())


def _renew(model: type[models.Model], field: EncryptedField) -> int:
    rows = model._default_manager.exclude(**{field.name: None})
    count = 0
    for pk, value in rows.values_list("pk", field.name).iterator():
        # Only where it has not changed meanwhile: a newer value is under the newest key already.
        rows.filter(pk=pk, **{field.name: value}).update(**{field.name: value.renewed()})
        count += 1
    return count


def _encrypted_columns() -> Iterator[tuple[type[models.Model], EncryptedField]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedField):
                yield model, field


@cache
def _key_file(path: Path) -> SecretFile:
    return SecretFile(path)


def _cipher() -> MultiFernet:
    path = settings.ENCRYPTION_KEYS_FILE
    try:
        return MultiFernet([Fernet(line) for line in _key_file(path).content().split()])
    except ValueError:
        raise NoEncryptionKey(
            f"{path} holds no usable key; `manage.py rotate_encryption_key` makes one."
        ) from None
