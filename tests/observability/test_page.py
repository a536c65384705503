"""The page about all this tells of every field, metric, label and part that there is, and of no other."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
import yaml

from apps.core.observability import tracing
from apps.core.observability.instruments import RECORDED
from apps.operations.monitoring import gauges, readiness
from apps.operations.monitoring.gauges import Gauges
from tests.instances import ROOT

PAGE = (ROOT / "docs" / "observability.md").read_text()
SUFFIX = re.compile(r"_(bucket|count|sum)\b")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table whose first column has this heading."""
    lines = iter(PAGE.splitlines())
    for line in lines:
        if line.startswith(f"| {heading} |"):
            next(lines)
            break
    table = []
    for line in lines:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def yaml_blocks() -> list[Any]:
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


def recorded() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every instrument: name, type, labels."""
    for metric in RECORDED.collect():
        suffix = "_total" if metric.type == "counter" else ""
        collector: Any = RECORDED._names_to_collectors[metric.name + suffix]
        yield metric.name + suffix, metric.type, collector._labelnames


def documented() -> dict[str, tuple[str, tuple[str, ...]]]:
    return {named(name)[0]: (kind, tuple(named(labels))) for name, kind, labels, _ in rows("Metric")}


def test_every_instrument_is_in_the_table_with_its_labels() -> None:
    table = {name: what for name, what in documented().items() if what[0] != "gauge"}

    assert table == {name: (kind, labels) for name, kind, labels in recorded()}


@pytest.mark.django_db
def test_every_gauge_is_in_the_table(now: Any) -> None:
    measured = {metric.name for metric in Gauges(now=now).collect()}
    table = {name for name, (kind, _) in documented().items() if kind == "gauge"}

    # What nothing is known of just now is not measured.
    assert measured | {"gitlab_internal_worker_heartbeat_age_seconds"} == table
    assert len(gauges.MEASURES) == 4


def test_every_part_of_readiness_is_in_the_table() -> None:
    assert [named(row[0])[0] for row in rows("Part")] == [*readiness.REQUIRED, "worker", "gitaly"]


def test_every_field_of_a_line_is_in_the_table() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    told = set(chain.from_iterable(named(row[0]) for row in rows("Field")))

    assert set(yaml.safe_load(example)) <= told
    assert told - set(yaml.safe_load(example)) == {"agent_id", "token_id", "scheme"}


def test_the_alerts_ask_for_metrics_that_there_are() -> None:
    scraping, alerting = yaml_blocks()
    rules = alerting["groups"][0]["rules"]
    asked = set(chain.from_iterable(re.findall(r"gitlab_internal_\w+", rule["expr"]) for rule in rules))

    assert scraping["scrape_configs"][0]["static_configs"] == [{"targets": ["127.0.0.1:9168"]}]
    assert {SUFFIX.sub("", name) for name in asked} <= documented().keys()
    assert all(rule["alert"] and rule["annotations"]["summary"] for rule in rules)


def test_the_variables_that_turn_traces_on_are_in_the_table() -> None:
    variables = set(chain.from_iterable(named(row[0]) for row in rows("Variable")))

    assert {*tracing.ENDPOINTS, "OTEL_SDK_DISABLED"} <= variables
