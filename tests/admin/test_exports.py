"""Lists as CSV files."""

import csv
import io

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from apps.core.admin_site import exports, secret_columns
from tests.factories.directory import PersonalAccessTokenFactory, UserFactory
from tests.factories.ssh_keys import KeyFactory

pytestmark = pytest.mark.django_db

KEYS = "/admin/ssh_keys/key/"


def rows(client: Client, url: str) -> list[dict[str, str]]:
    answer = client.get(url)
    assert answer.headers["Content-Type"] == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_a_list_is_exported_as_it_is_filtered(operator: Client) -> None:
    KeyFactory.create(title="laptop"), KeyFactory.create(title="other")

    found = rows(operator, f"{KEYS}export/?q=lap")

    assert [row["title"] for row in found] == ["laptop"]
    assert found[0]["fingerprint_sha256"]


def test_no_secret_is_in_any_file(operator: Client) -> None:
    for model, options in admin.site._registry.items():
        request = RequestFactory().get("/")
        (resource,) = options.get_export_resource_classes(request)  # type: ignore[attr-defined]  # our base has it
        assert not set(resource.fields) & set(secret_columns.of(model)), model
    PersonalAccessTokenFactory.create(token_digest="d1" * 32)
    assert "d1d1" not in operator.get(reverse("admin:directory_personalaccesstoken_export")).content.decode()


FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "  =1", "\r=1", "\n+1", "\u00a0=1", "\uff1d1", "|calc", "-",
    "+49 30 1234",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_spreadsheet_runs_nothing_of_it(operator: Client, text: str) -> None:
    UserFactory.create(username="mallory", name=f"{text}|' /C calc'!A0")

    found = rows(operator, "/admin/directory/user/export/?q=mallory")

    assert found[0]["name"].startswith("'")


@pytest.mark.parametrize("text", ["-5", "5", "-1.5", "", "a=b", "Zoë", "'=1", "2026-01-01"])
def test_numbers_and_harmless_texts_stay_as_they_are(text: str) -> None:
    assert exports.disarm(text) == text


def test_a_list_that_is_too_long_is_to_be_filtered_first(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST", 1)
    KeyFactory.create(), KeyFactory.create()

    page = operator.get(f"{KEYS}export/?kind=user", follow=True)

    assert page.redirect_chain == [(f"{KEYS}?kind=user", 302)]
    assert [str(message) for message in page.context["messages"]] == [
        "The list has more than 1 rows. Filter it first."
    ]
