"""Requests made from the schema for each operation: answered as described, nothing half written."""

from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks

from apps.operations.conformance import credentials
from apps.operations.conformance.credentials import Credentials
from tests.schema.test_generated_requests import OPERATIONS, SIGNERS
from tests.torture.report import Row
from tests.torture.stage import Stage

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
# What requests write; one that is refused may add no row to any. Of a list of reconciliations those that can
# be kept are kept, though the answer is 400 (contract billing 5.1).
TABLES = (
    "directory_user", "directory_namespace", "directory_project", "directory_personalaccesstoken",
    "ssh_keys_recoverycode", "git_access_pushrecord", "git_access_pushevent", "git_access_gitauditevent",
    "billing_subscription", "billing_subscriptionhistory", "billing_minutespack", "billing_namespacelimits",
)  # fmt: skip
COUNTS = " UNION ALL ".join(f"SELECT '{table}', COUNT(*) FROM {table}" for table in TABLES)  # noqa: S608


class Fuzz:
    """Sends what hypothesis draws, and keeps what was wrong."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.sent = 0
        self.statuses: dict[int, int] = {}
        self.failures: list[str] = []
        data = stage.service.data
        self.known: Credentials = credentials.read(
            data / ".gitlab_shell_secret",
            kas=data / ".gitlab_kas_secret",
            agent=data / "agent_token",
            admin=data / "admin_token",
        )

    def of(self, operation: Any, examples: int) -> None:
        """Send so many requests to one operation."""

        @hypothesis.settings(
            max_examples=examples,
            phases=[Phase.generate],
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(data=st.data())
        def send(data: st.DataObject) -> None:
            self._send(
                operation, data.draw(st.one_of([operation.as_strategy(mode) for mode in GenerationMode]))
            )

        try:
            send()
        except Exception as error:  # whatever a check raises is a line of the table
            self.failures.append(f"{operation.label}: {str(error)[:600]}")

    def _send(self, operation: Any, case: Any) -> None:
        (consumer,) = operation.definition.raw["tags"]
        before = self.stage.ledger.rows(COUNTS)
        response = case.call(base_url=self.stage.service.url, headers=SIGNERS[consumer](self.known))
        self.sent += 1
        self.statuses[response.status_code] = self.statuses.get(response.status_code, 0) + 1
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400 and (after := self.stage.ledger.rows(COUNTS)) != before:
            changed = {table for table, _ in set(after) - set(before)}
            raise AssertionError(f"{response.status_code}, and rows in {changed}: {case.as_curl_command()}")


def run(stage: Stage, *, short: bool) -> None:
    """Send requests to every operation."""
    fuzz = Fuzz(stage)
    for operation in OPERATIONS:
        fuzz.of(operation, 5 if short else 40)
    said = ", ".join(f"{status} x {times}" for status, times in sorted(fuzz.statuses.items()))
    stage.report.add(
        Row(
            f"generated requests to {len(OPERATIONS)} operations",
            fuzz.sent,
            said,
            stage.recover(),
            "",
            fuzz.failures,
        )
    )
