"""The health check of a connection that lives on between requests."""

import pytest
from django.core.signals import request_started
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_idle_connection_is_usable_without_a_query() -> None:
    connection.ensure_connection()

    with CaptureQueriesContext(connection) as queries:
        assert connection.is_usable()

    assert len(queries) == 0


def test_a_connection_that_the_server_has_ended_is_replaced() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (first,) = cursor.fetchone()
    with connection.copy().cursor() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])

    request_started.send(sender=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (second,) = cursor.fetchone()

    assert second != first
