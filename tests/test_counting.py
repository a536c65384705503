"""Numbers with their words."""

import pytest

from apps.core.counting import counted


@pytest.mark.parametrize(
    ("number", "words", "text"),
    [
        (1, ("job",), "1 job"),
        (0, ("job",), "0 jobs"),
        (2, ("push is", "pushes are"), "2 pushes are"),
        (1, ("push is", "pushes are"), "1 push is"),
    ],
)
def test_one_thing_is_not_many(number: int, words: tuple[str, ...], text: str) -> None:
    assert counted(number, *words) == text
