"""The functions in the database are those of the tree, whatever an instance had before."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.core.postgresql import functions
from apps.git_access.context.facts import Question, postgresql
from apps.operations.doctor import data
from apps.ssh_keys.actors import Lookup
from tests.factories.directory import ProjectFactory

pytestmark = pytest.mark.django_db

# What an instance got from migration 0009 and kept at commit d4ee24f, whose file said something else already.
FORMER = Path(__file__).parent / "former" / "access_facts.sql"


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_installed_is_the_text_of_the_tree() -> None:
    assert functions.outdated() == []
    assert [finding.advice for finding in data.migrations(now=timezone.now())] == [""]


def test_a_function_with_another_body_or_another_head_is_found() -> None:
    execute(
        "CREATE OR REPLACE FUNCTION internal_ancestors(p_traversal text) RETURNS bigint[] "
        "LANGUAGE sql IMMUTABLE AS $$ SELECT NULL::bigint[] $$"
    )
    execute("COMMENT ON FUNCTION internal_offered_key IS 'something else'")

    assert sorted(functions.outdated()) == ["internal_ancestors", "internal_offered_key"]
    findings = list(data.migrations(now=timezone.now()))
    assert findings[-1].advice == "Run `manage.py migrate`."


def test_a_missing_function_is_found() -> None:
    execute("DROP FUNCTION internal_offered_key")

    assert functions.outdated() == ["internal_offered_key"]


def test_an_instance_of_before_has_the_functions_of_the_tree_after_migrate() -> None:
    execute(FORMER.read_text())
    execute("DROP FUNCTION internal_offered_key")
    assert "internal_facts" in functions.outdated()

    call_command("migrate", verbosity=0)

    assert functions.outdated() == []
    project = ProjectFactory.create()
    question = Question(actor=Lookup(), path=project.full_path, on=timezone.now().date())
    assert postgresql.read(question).container_id == project.pk
