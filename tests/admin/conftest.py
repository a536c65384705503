"""A browser in which an administrator has logged in."""

import pytest
from django.contrib import admin
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories.directory import UserFactory

admin.autodiscover()  # as the URL configuration does; modules here look at the pages before any request


@pytest.fixture(autouse=True)
def _styles(settings: Settings) -> None:
    """No style sheet has been collected for the tests."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def operator(client: Client, db: None) -> Client:
    """The administrator's browser."""
    client.force_login(UserFactory.create(admin=True, username="operator"))
    return client
