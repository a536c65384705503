"""What all commands do alike."""

import re
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.db import IntegrityError

from apps.core.console import details, refusing, table
from apps.operations.management.commands.access import Command

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> None:
    Command().run_from_argv(["manage.py", "access", *arguments])  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "--project", "g/p", "--key", "a"], "'a' is not a valid int"),
        (["explain", "--project", "g/p", "--key", "1", "--user", "u"], "exclude each other"),
        (["explain", "--key", "1"], "Missing parameter: project"),
        (["explain", "--projekt", "g/p"], "No such option: --projekt"),
        (["wish"], "No such command 'wish'"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run(*arguments)

    assert end.value.code == 2
    assert said in capsys.readouterr().err


def test_a_refusal_of_the_verb_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run("explain", "--project", "no/such", "--anonymous")

    assert end.value.code == 1
    assert capsys.readouterr().out.startswith("Refused: there is nothing at no/such.\n")


def test_the_faults_of_a_row_are_one_line_each() -> None:
    invalid = ValidationError({"name": ["too long", "not legal"], "__all__": ["taken"]})

    with pytest.raises(CommandError, match=re.escape("name: too long\nname: not legal\ntaken")), refusing():
        raise invalid


def test_a_refusal_of_the_domain_is_told_and_a_fault_is_not_hidden() -> None:
    with pytest.raises(CommandError, match="no such thing"), refusing(LookupError):
        raise LookupError("no such thing")
    with pytest.raises(RuntimeError), refusing(LookupError):
        raise RuntimeError


def test_what_the_database_refuses_is_one_line() -> None:
    with pytest.raises(CommandError, match="The database refuses it: taken"), refusing():
        raise IntegrityError("taken\nDETAIL: by whom")


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [{"id": 1, "projects": ["a/b", "c/d"]}, {"id": 1000, "projects": []}]

    assert table(rows, none="Nothing.") == ["ID    PROJECTS", "1     a/b, c/d", "1000  -"]
    assert table([], none="Nothing.") == ["Nothing."]


def test_facts_stand_behind_their_names() -> None:
    moment = datetime(2026, 5, 1, 12, 30, 5, tzinfo=UTC)

    lines = details({"name": "a", "admin": True, "email": "", "created_at": moment, "ended_at": None})

    assert lines == [
        "name        a",
        "admin       yes",
        "email       -",
        "created_at  2026-05-01 12:30",
        "ended_at    -",
    ]
