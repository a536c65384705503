"""``/api/schema`` and ``/api/docs``: open to everybody, complete, and from this server alone."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from playwright.sync_api import Browser, Request, sync_playwright

from apps.operations.openapi.document import document
from tests.instances import Instance, running_instance

CHROMIUM = "/usr/bin/chromium"


def test_the_schema_is_json_unless_asked_otherwise(client: Client) -> None:
    response = client.get("/api/schema")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == document()
    assert response.json()["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    "request_of",
    [{"query_params": {"format": "yaml"}}, {"headers": {"Accept": "application/yaml"}}],
    ids=["by parameter", "by header"],
)
def test_the_schema_is_yaml_where_it_is_asked_for(client: Client, request_of: dict[str, Any]) -> None:
    response = client.get("/api/schema", **request_of)

    assert response.headers["Content-Type"] == "application/yaml"
    assert yaml.safe_load(response.content) == document()


def test_an_unknown_format_is_json_as_every_other_answer(client: Client) -> None:
    response = client.get("/api/schema", {"format": "xml"}, headers={"Accept": "application/xml"})

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")


def test_nobody_writes_there(client: Client) -> None:
    assert client.post("/api/schema").status_code == 405
    assert client.post("/api/docs").status_code == 405


def test_the_page_knows_the_schema_below_a_relative_root(client: Client, settings: Any) -> None:
    settings.RELATIVE_URL_ROOT = "/gitlab"
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # nothing was collected here
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}

    page = client.get("/gitlab/api/docs").content.decode()

    assert 'data-schema="/gitlab/api/schema"' in page


def test_the_schema_costs_nothing_before_it_is_asked_for(tmp_path: Path) -> None:
    script = (
        "import sys, django; django.setup(); from django.urls import get_resolver;"
        "get_resolver().url_patterns; print('drf_spectacular.openapi' in sys.modules)"
    )
    environment = {"DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "gitlab_internal.settings"}

    output = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    ).stdout

    assert output == "False\n"


@pytest.fixture(scope="module")
def below_a_root() -> Any:
    """An instance below ``/gitlab``, its static files collected as ``make serve`` does."""
    with running_instance(RELATIVE_URL_ROOT="/gitlab") as instance:
        instance.manage("collectstatic", "--no-input", "--verbosity", "0")
        yield instance


@pytest.fixture(scope="module")
def browser() -> Any:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("width", [1360, 390])
def test_the_viewer_shows_every_operation_and_asks_no_other_host(
    below_a_root: Instance, browser: Browser, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    requests: list[Request] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108 -- it wants a function
    page.on("pageerror", lambda error: errors.append(str(error)))
    address = below_a_root.url.replace("127.0.0.1", "localhost")

    page.goto(f"{address}/gitlab/api/docs")
    page.wait_for_selector(".opblock")
    page.wait_for_load_state("networkidle")

    count = sum(len(methods) for methods in document()["paths"].values())
    assert page.locator(".opblock").count() == count
    assert page.locator(".servers option").all_inner_texts() == ["/gitlab"]
    sent = [request.url for request in requests if not request.url.startswith("data:")]
    assert [url for url in sent if not url.startswith(f"{address}/gitlab/")] == []
    assert errors == []
    page.close()
