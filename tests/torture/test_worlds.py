"""A few random worlds and the planted bugs, in each run of the tests; `make torture` tries thousands."""

from collections.abc import Iterator

import pytest

from tests.torture.worlds import planted, trying
from tests.torture.worlds.gitaly import Answers

pytestmark = pytest.mark.django_db
WORLDS = 20


@pytest.fixture
def answers() -> Iterator[Answers]:
    with trying.instance() as running:
        yield running


def test_random_worlds_are_decided_as_the_contract_says(answers: Answers) -> None:
    tried = trying.Tried()

    for seed in range(WORLDS):
        trying.attempt(answers, seed, tried)

    assert [str(wrong) for wrong in tried.wrong] == []
    assert len(tried.texts) > 30


@pytest.mark.parametrize("bug", planted.BUGS)
def test_a_planted_bug_is_found(answers: Answers, bug: str) -> None:
    assert planted.worlds_until_found(answers, planted.BUGS[bug], first=0) > 0
