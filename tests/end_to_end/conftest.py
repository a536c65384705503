"""Chains of the end-to-end tests."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.chains import AnyChain, Chain, running_chain
from tests.end_to_end.real_chains import running_real_chain
from tests.gitaly import real_gitaly
from tests.gitaly.workspaces import Workspace
from tests.gitaly_double.versions import Version

TODAY = ("14.56", Version(16, 0))
# Shared secret only; secret and token, keyed with the untrimmed file; token only.
GENERATIONS = [
    pytest.param(("13.19", Version(14, 10)), id="2021"),
    pytest.param(("14.7", Version(15, 2)), id="2022"),
    pytest.param(TODAY, id="today"),
]


@pytest.fixture(scope="package")
def short_folder() -> Iterator[Path]:
    """A socket's path may have about 100 bytes; pytest's own folders are longer."""
    with tempfile.TemporaryDirectory(prefix="chain-") as folder:
        yield Path(folder)


@pytest.fixture(scope="package")
def chain(short_folder: Path) -> Iterator[Chain]:
    """The clients of today."""
    shell, gitaly = TODAY
    with running_chain(short_folder / "today", shell=shell, gitaly=gitaly) as running:
        yield running


@pytest.fixture(scope="package", params=GENERATIONS)
def any_chain(request: pytest.FixtureRequest, short_folder: Path) -> Iterator[Chain]:
    """The clients of each generation in turn."""
    shell, gitaly = request.param
    with running_chain(short_folder / shell, shell=shell, gitaly=gitaly) as running:
        yield running


REAL_SHELLS = [Path(name) for name in os.environ.get("GITLAB_SHELL_BIN_DIRS", "").split(":") if name]
EVERYBODY = ["doubles", *(pytest.param(path, id=str(path)) for path in REAL_SHELLS if real_gitaly.PROGRAMS)]


@pytest.fixture(scope="package", params=EVERYBODY)
def everybodys_chain(request: pytest.FixtureRequest, short_folder: Path) -> Iterator[AnyChain]:
    """The doubles of today, then each real gitlab-shell with the real Gitaly where they are named."""
    if request.param == "doubles":
        yield request.getfixturevalue("chain")
        return
    number = REAL_SHELLS.index(request.param)
    with running_real_chain(short_folder / f"real-{number}", shell=request.param) as running:
        yield running


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace.create(tmp_path / "clone")
    workspace.commit("First", file="1")
    return workspace
