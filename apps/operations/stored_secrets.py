"""Every secret that the database holds encrypted, in whatever column it stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction

from apps.core.encryption import Encrypted, EncryptedField, Undecryptable

PAGE = 500


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """One encrypted value in its row."""

    model: type[models.Model]
    column: str
    pk: int
    value: Encrypted

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.column} of row {self.pk}"


@dataclass(slots=True)
class Survey:
    """How many secrets there are, how many are under an older key, and which ones no key opens."""

    total: int = 0
    older: int = 0
    unreadable: list[str] = field(default_factory=list)


def pages() -> Iterator[list[StoredSecret]]:
    """Yield all secrets, a page of rows at a time; what is renewed meanwhile does not disturb it."""
    for rows, column in _columns():
        last = 0
        while page := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", column)[:PAGE]):
            yield [StoredSecret(rows.model, column, pk, value) for pk, value in page]
            last = page[-1][0]


def count_pages() -> int:
    """Return how many pages there are."""
    return sum(-(-rows.count() // PAGE) for rows, _ in _columns())


def survey(pages: Iterable[list[StoredSecret]]) -> Survey:
    """Open every secret and change nothing.

    Raises:
        NoEncryptionKey: there is no key at all.
    """
    found = Survey()
    for page in pages:
        _look(page, found)
    return found


def renew(pages: Iterable[list[StoredSecret]]) -> Survey:
    """Bring every secret under the newest key; ``older`` counts those that were not.

    It may be stopped at any time: what is done is done, and the next call finds the rest.

    Raises:
        NoEncryptionKey: there is no key at all.
    """
    found = Survey()
    for page in pages:
        with transaction.atomic():
            for secret, renewed in _look(page, found):
                _replace(secret, renewed)
    return found


def _look(page: list[StoredSecret], found: Survey) -> list[tuple[StoredSecret, Encrypted]]:
    """Count a page, and return the secrets that are under an older key, each with its renewed value."""
    older = []
    for secret in page:
        try:
            renewed = secret.value.renewed()
        except Undecryptable:
            found.unreadable.append(str(secret))
        else:
            if renewed is not secret.value:
                older.append((secret, renewed))
    found.total += len(page)
    found.older += len(older)
    return older


def _replace(secret: StoredSecret, renewed: Encrypted) -> None:
    """Store the renewed value, unless somebody has stored another one meanwhile."""
    unchanged = secret.model._default_manager.filter(pk=secret.pk, **{secret.column: secret.value})
    unchanged.update(**{secret.column: renewed})


def _columns() -> Iterator[tuple[models.QuerySet[models.Model], str]]:
    for model in apps.get_models():
        for column in model._meta.local_fields:
            if isinstance(column, EncryptedField):
                yield model._default_manager.exclude(**{column.name: None}), column.name
