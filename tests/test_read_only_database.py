"""A database that only reads, such as a standby: clients are told to come again, and none is blamed."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests.billing.customers_dot import CustomersDot, token_for
from tests.callers import Caller
from tests.factories.billing import PlanFactory
from tests.factories.directory import GroupFactory, UserFactory
from tests.factories.ssh_keys import KeyFactory

UNAVAILABLE = (503, {"message": "503 Service Unavailable"})
DATES = {"next_reconciliation_date": "2030-01-01", "display_alert_from": "2029-12-01"}
PACK = {"number_of_minutes": 1000, "expires_at": "2030-01-01", "purchase_xid": "one"}


def told(response: Any) -> tuple[int, Any]:
    return response.status_code, response.json()


@pytest.mark.django_db(transaction=True)
def test_who_writes_is_told_to_come_again(
    shell: Caller, request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    PlanFactory.create(code="default")
    dot = CustomersDot({"Private-Token": token_for(UserFactory.create(admin=True))})
    group, key = GroupFactory.create(), KeyFactory.create()
    announced = {"upcoming_reconciliations": [{"namespace_id": group.pk, **DATES}]}
    token = {"key_id": key.pk, "name": "mine", "scopes": ["api"]}
    pushed = {"gl_repository": "project-1", "identifier": "user-1", "changes": "0 1 refs/heads/a\n"}
    request.getfixturevalue("read_only")

    assert told(dot.post(f"namespaces/{group.pk}/minutes", json={"packs": [PACK]})) == UNAVAILABLE
    assert told(dot.put("internal/upcoming_reconciliations", json=announced)) == UNAVAILABLE
    assert told(shell.post("personal_access_token", **token)) == UNAVAILABLE
    assert shell.post("post_receive", **pushed).status_code == 200
    assert len(list((tmp_path / "journal").glob("*.json"))) == 1
