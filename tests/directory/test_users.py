"""The internal user that stands in for others."""

import pytest

from apps.directory.models import User, UserType
from tests.factories.directory import UserFactory

pytestmark = pytest.mark.django_db


def test_there_is_one_ghost_however_often_it_is_called() -> None:
    first, second = User.objects.ghost(), User.objects.ghost()

    assert first == second
    assert (first.username, first.user_type) == ("ghost", UserType.GHOST)


def test_a_person_may_be_called_ghost() -> None:
    person = UserFactory.create(username="Ghost")

    ghost = User.objects.ghost()

    assert ghost != person
    assert ghost.username == "ghost1"
