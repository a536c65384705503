"""CustomersDot and the administrator whose token it has."""

import pytest

from apps.directory.models import User
from tests.billing.customers_dot import CustomersDot, token_for
from tests.factories.billing import PlanFactory
from tests.factories.directory import UserFactory

PLANS = ("default", "free", "bronze", "silver", "premium", "gold", "ultimate")


@pytest.fixture(autouse=True)
def _plans(db: None) -> None:
    """A migration makes the plans, but a transactional test leaves every table empty behind it."""
    for code in PLANS:
        PlanFactory.create(code=code)


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
