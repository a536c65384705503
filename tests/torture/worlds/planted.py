"""Bugs planted into the rules: each has to be found, else the worlds prove nothing."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import connection

from apps.git_access.context import facts
from apps.git_access.context.facts import sqlite, sqlite_statement
from apps.git_access.policy import projects
from tests.torture.worlds import trying
from tests.torture.worlds.gitaly import Answers

MOST = 400  # worlds in which a bug has to show


def worlds_until_found(
    answers: Answers, bug: Callable[[], AbstractContextManager[Any]], *, first: int
) -> int:
    """Try worlds until one shows the bug, and return how many that took; 0 when none does."""
    tried = trying.Tried()
    with bug():
        for seed in range(first, first + MOST):
            trying.attempt(answers, seed, tried)
            if tried.wrong:
                return tried.worlds
    return 0


def _skipped_step() -> AbstractContextManager[Any]:
    return patch.object(projects, "is_archived", return_value=False)


def _wrong_level() -> AbstractContextManager[Any]:
    """A reporter pushes like a developer."""
    right = projects.may_push_code

    def wrong(facts: Any, *more: Any) -> bool:
        return right(replace(facts, level=30) if facts.level == 20 else facts, *more)

    return patch.object(projects, "may_push_code", wrong)


@contextmanager
def _expired_share() -> Iterator[None]:
    """Groups that were invited into a project stay in it beyond their time."""
    if connection.vendor == "postgresql":
        source = Path(inspect.getfile(facts)).with_name("access_facts.sql").read_text()
        _install(source, " AND (link.expires_at IS NULL OR link.expires_at > p_on)")
        try:
            yield
        finally:
            _install(source, "")
    else:
        condition = " AND (link.expires_at IS NULL OR link.expires_at > %(on)s)"
        assert sqlite_statement.FACTS.count(condition) == 1
        with patch.object(sqlite, "FACTS", sqlite_statement.FACTS.replace(condition, "")):
            yield


def _install(source: str, without: str) -> None:
    flat = " ".join(line.partition("--")[0].strip() for line in source.splitlines())
    assert not without or flat.count(without) == 1
    with connection.cursor() as cursor:
        cursor.execute(flat.replace(without, "") if without else source)


BUGS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "archived projects take pushes": _skipped_step,
    "reporters may push": _wrong_level,
    "an expired share counts": _expired_share,
}
