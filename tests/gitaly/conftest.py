"""Fixtures of the Gitaly tests: a double, an API for its hooks, a developer's clone."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests.gitaly.doubles import Stage, StartDouble
from tests.gitaly.fake_api import FakeApi, serving
from tests.gitaly.workspaces import Workspace
from tests.gitaly_double.api_settings import ApiSettings
from tests.gitaly_double.server import running
from tests.gitaly_double.settings import RECENT, DoubleSettings
from tests.gitaly_double.versions import Version

SECRET = "0123456789abcdef0123456789abcdef\n"


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    """The file that the API and its callers share."""
    path = tmp_path / "secret"
    path.write_text(SECRET)
    return path


@pytest.fixture
def api() -> Iterator[FakeApi]:
    """An internal API that agrees to everything."""
    with serving() as fake:
        yield fake


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty clone of Alice's."""
    return Workspace.create(tmp_path / "clone")


@pytest.fixture
def start_double(tmp_path: Path, settings: Settings, secret_file: Path) -> Iterator[StartDouble]:
    """Start a double with the given settings; the client's settings then lead to it."""
    with ExitStack() as stack:

        def start(*, version: Version = RECENT, api: FakeApi | None = None, **options: Any) -> Stage:
            places = {name: tmp_path / name for name in ("repositories", "run")}
            for place in places.values():
                place.mkdir()
            chosen = DoubleSettings(
                storages={"default": places["repositories"]},
                runtime=places["run"],
                version=version,
                api=_settings_of(api, version, secret_file),
                **options,
            )
            double = stack.enter_context(running(chosen))
            settings.GITALY_STORAGES = {"default": {"address": double.address, "token": chosen.token}}
            settings.GITALY_TOKEN = None
            return Stage(double)

        yield start


def _settings_of(api: FakeApi | None, version: Version, secret_file: Path) -> ApiSettings | None:
    if api is None:
        return None
    return ApiSettings.of_gitaly(version, url=api.url, secret_file=str(secret_file))


@pytest.fixture
def stage(start_double: StartDouble) -> Stage:
    """A double of Gitaly 16.0 without API, and an empty repository."""
    return start_double().create()


@pytest.fixture
def pushed_to(start_double: StartDouble, api: FakeApi) -> Stage:
    """A double whose hooks ask the API, with a token, and an empty repository."""
    return start_double(api=api, token="foo").create()
