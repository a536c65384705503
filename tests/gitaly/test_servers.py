import pytest
from pytest_django import Settings

from apps.core.gitaly.servers import Server, UnknownStorage, server_of


@pytest.fixture(autouse=True)
def storages(settings: Settings) -> None:
    settings.GITALY_TOKEN = "token of all"
    settings.GITALY_STORAGES = {
        "default": {"address": "unix:/run/gitaly.socket"},
        "far": {"address": "tls://gitaly.example:9999", "token": "token of far"},
    }


def test_a_storage_has_its_own_token() -> None:
    assert server_of("far") == Server("tls://gitaly.example:9999", "token of far")


def test_a_storage_without_a_token_has_the_global_one() -> None:
    assert server_of("default") == Server("unix:/run/gitaly.socket", "token of all")


def test_no_token_at_all_is_none(settings: Settings) -> None:
    settings.GITALY_TOKEN = None

    assert server_of("default") == Server("unix:/run/gitaly.socket", None)


def test_a_storage_that_is_not_configured_is_unknown() -> None:
    with pytest.raises(UnknownStorage, match="elsewhere"):
        server_of("elsewhere")


def test_a_server_does_not_show_its_token() -> None:
    assert "token of far" not in repr(server_of("far"))
