"""Every command of the documentation, run as it stands there.

A page's ```shell blocks are typed one after the other into one terminal beside an instance of the page's own,
with a Gitaly and a GitLab Shell around it. ```console blocks are for what one machine without containers and
without a service manager cannot run: they may name only the programs of a short list.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.commands import exists
from tests.docs.pages import Block, Page, pages
from tests.docs.terminals import Terminal
from tests.end_to_end.chains import Chain, running_chain
from tests.gitaly_double.versions import Version
from tests.instances import ROOT

# What a page tells people to run and no test can: each needs what a machine may not have.
OUTSIDE = frozenset(
    {
        "docker",
        "gitlab-workhorse",
        "systemctl",
        "systemd-creds",
        "systemd-analyze",
        "journalctl",
        "sudo",
        "helm",
        "git",
        "ssh-keygen",
        "gitaly/bin/gitaly",
        "shell/bin/gitlab-sshd",
    }
)
DATA_LANGUAGES = frozenset(
    {"json", "yaml", "toml", "ini", "nginx", "text", "sql", "python", "promql", "http", "dotenv", "diff"}
)
COMMANDS = ("manage.py ", "curl ", "make ", ".venv/bin/", "git clone", "git push", "$ ")
SHELL, GITALY = "14.56", Version(16, 0)
PAGES = pages()
FOR_DEVELOPERS = [Page(ROOT / "CONTRIBUTING.md"), Page(ROOT / "CHANGELOG.md")]
WITH_COMMANDS = [page for page in PAGES if page.blocks("shell")]


@pytest.fixture
def chain() -> Iterator[Chain]:
    """An instance with the clients of today; a socket's path may not be as long as pytest's folders are."""
    with (
        tempfile.TemporaryDirectory(prefix="docs-") as folder,
        running_chain(Path(folder) / "chain", shell=SHELL, gitaly=GITALY) as running,
    ):
        running.instance.manage("seed", "--repositories")
        yield running


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_what_a_page_tells_to_type_works(page: Page, chain: Chain, tmp_path: Path) -> None:
    terminal = Terminal.beside(chain, tmp_path / "home")
    lines = [line for block in page.blocks("shell") for line in block.commands()]

    outcome = terminal.type(page.name, lines)

    assert outcome.good, outcome.printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_not_run_names_only_programs_from_outside(page: Page) -> None:
    lines = [line for block in page.blocks("console") for line in block.commands()]

    assert [
        f"{page.name}:{line.number}: {line.text}" for line in lines if line.text.split()[0] not in OUTSIDE
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_command_hides_in_a_block_of_another_kind(page: Page) -> None:
    others = [block for block in page.blocks() if block.language not in {"shell", "console"}]

    assert [found for block in others for found in hidden(page, block)] == []


def hidden(page: Page, block: Block) -> Iterator[str]:
    """What should have been a block of commands."""
    if not block.language.startswith("{") and block.language not in DATA_LANGUAGES:
        yield f"{page.name}:{block.number - 1}: a block of the kind {block.language!r}"
    for number, line in enumerate(block.lines, start=block.number):
        if line.startswith(COMMANDS):
            yield f"{page.name}:{number}: {line}"


@pytest.mark.parametrize("page", [*PAGES, *FOR_DEVELOPERS], ids=lambda page: page.name)
def test_a_command_that_a_sentence_names_exists(page: Page) -> None:
    named = [(number, code) for number, code in page.code_in_text() if code.startswith("manage.py ")]

    assert [f"{page.name}:{number}: {code}" for number, code in named if not exists(*code.split()[1:3])] == []
