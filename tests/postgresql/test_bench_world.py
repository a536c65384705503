"""The large world of the benchmark is made by SQL of its own, which must fit the tables of today."""

from pathlib import Path

import pytest
from django.db import connection

from apps.directory.models import Project
from apps.ssh_keys.models import Key

SQL = Path(__file__).parents[2] / "bench" / "world.sql"
SIZES = {"users": 40, "keys": 50, "groups": 30, "projects": 60, "members": 80}


@pytest.mark.django_db
def test_the_world_of_the_benchmark_can_be_made() -> None:
    statement = SQL.read_text()
    for name, number in SIZES.items():
        statement = statement.replace(f":{name}", str(number))

    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert Project.objects.count() == SIZES["projects"]
    assert Key.objects.count() == SIZES["keys"]
