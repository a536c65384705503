"""Locks on paths that Git can name, and no others."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.git_access.models import LfsFileLock, PathLock
from tests.factories.git_access import LfsFileLockFactory, PathLockFactory

pytestmark = pytest.mark.django_db
NEVER = ["/abs", "./dot", "trail/", "a//b", "x/../y", "", ".", "..", "../x", "x/..", "a/./b", "a/.", "/"]
FACTORIES = [LfsFileLockFactory, PathLockFactory]


@pytest.mark.parametrize("path", NEVER)
@pytest.mark.parametrize("factory", FACTORIES)
def test_no_lock_is_kept_on_what_no_file_is_called(
    factory: type[LfsFileLockFactory | PathLockFactory], path: str
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factory.create(path=path)


@pytest.mark.parametrize(
    "path", ["a", ".a", "a.", "..a", "a..", ".../b", "a/b.c", " sp ", "a/ b", "ä/ö", "100%_\\'"]
)
@pytest.mark.parametrize("factory", FACTORIES)
def test_a_lock_is_kept_on_every_other_path(
    factory: type[LfsFileLockFactory | PathLockFactory], path: str
) -> None:
    lock = factory.create(path=path)

    lock.refresh_from_db()
    lock.full_clean()
    assert lock.path == path


@pytest.mark.parametrize(
    ("typed", "path"),
    [("/abs", "abs"), ("./dot", "dot"), ("trail/", "trail"), ("a//b", "a/b"), ("a/./b", "a/b")],
)
@pytest.mark.parametrize("model", [LfsFileLock, PathLock])
def test_what_a_form_takes_is_written_as_git_writes_it(
    model: type[LfsFileLock | PathLock], typed: str, path: str
) -> None:
    lock = model(path=typed)

    lock.clean()

    assert lock.path == path


@pytest.mark.parametrize("typed", ["x/../y", "..", "/", ".", "a\0b"])
def test_what_cannot_be_written_so_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        PathLock(path=typed).clean()
