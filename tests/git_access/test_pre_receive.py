"""POST /internal/pre_receive."""

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from apps.git_access.pushes import reference_counter
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from tests.callers import Caller

pytestmark = pytest.mark.django_db
PROJECT_7 = RepositoryId(RepositoryType.PROJECT, 7)


def test_a_push_is_counted_whether_or_not_the_repository_exists(shell: Caller) -> None:
    responses = [shell.post("pre_receive", gl_repository="project-7") for _ in range(2)]

    assert [response.status_code for response in responses] == [200, 200]
    assert responses[0].json() == {"reference_counter_increased": True}
    assert reference_counter.value(PROJECT_7) == 2


def test_the_example_of_the_doc_is_a_form(shell: Caller) -> None:
    response = shell.post_form("pre_receive", gl_repository="project-7")

    assert response.json() == {"reference_counter_increased": True}


def test_two_names_of_one_wiki_count_together(shell: Caller) -> None:
    shell.post("pre_receive", gl_repository="wiki-7")
    shell.post("pre_receive", gl_repository="project-7-wiki")

    assert reference_counter.value(RepositoryId(RepositoryType.PROJECT_WIKI, 7)) == 2


def test_it_takes_one_statement(
    shell: Caller, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.REDIS_URL = ""

    with django_assert_num_queries(1):
        shell.post("pre_receive", gl_repository="project-7")


def test_a_store_that_fails_says_so_and_nothing_else(shell: Caller, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = shell.post("pre_receive", gl_repository="project-7")

    assert response.status_code == 200
    assert response.json() == {"reference_counter_increased": False}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, '"gl_repository" not given'),
        ({"gl_repository": None}, '"gl_repository" not given'),
        ({"gl_repository": ""}, '"gl_repository" is invalid'),
        ({"gl_repository": "project-0"}, '"gl_repository" is invalid'),
        ({"gl_repository": "project-x"}, '"gl_repository" is invalid'),
        ({"gl_repository": "project-99999999999999999999"}, '"gl_repository" is invalid'),
        ({"gl_repository": 7}, '"gl_repository" is invalid'),
        ({"gl_repository": "project-7\0"}, '"gl_repository" is invalid'),
    ],
)
def test_a_repository_must_be_named(shell: Caller, body: dict[str, object], reason: str) -> None:
    response = shell.post("pre_receive", **body)

    assert response.status_code == 400
    assert response.json() == {"message": f"400 Bad request - {reason}"}
