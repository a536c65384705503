"""CustomersDot and the administrator whose token it has."""

from datetime import date

import pytest

from apps.directory.models import User
from tests.billing.customers_dot import CustomersDot, token_for
from tests.factories.directory import UserFactory


@pytest.fixture
def today() -> date:
    return date(2021, 6, 13)


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory.create(username="billing-admin", admin=True)


@pytest.fixture
def token(administrator: User) -> str:
    return token_for(administrator)


@pytest.fixture
def dot(token: str) -> CustomersDot:
    """CustomersDot with the token of an administrator."""
    return CustomersDot(headers={"Private-Token": token})


@pytest.fixture
def stranger() -> CustomersDot:
    """Somebody without a credential."""
    return CustomersDot()
