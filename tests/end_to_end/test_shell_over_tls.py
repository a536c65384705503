"""What ``client-config gitlab-shell`` prints for ``https://…`` is all that GitLab Shell needs."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end import tls_front
from tests.end_to_end.chains import ROOT_KEY
from tests.end_to_end.real_shell import SHELLS
from tests.gitaly_double.environments import of_git
from tests.gitaly_double.shell.settings import ShellSettings
from tests.instances import Instance, running_instance

EVERY_SHELL: list[str | Path] = ["13.19", "14.7", "14.56", *SHELLS]
"""Releases of the double, and the folders of real programs."""


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    with running_instance() as instance:
        yield instance


def greeted(shell: str | Path, config: str, folder: Path) -> str:
    """Log in as root without a command; return what the person reads."""
    if isinstance(shell, Path):
        (folder / "config.yml").write_text(config)
        command = [str(shell / "gitlab-shell"), ROOT_KEY]
        environment = of_git(GITLAB_SHELL_DIR=str(folder))
    else:
        command = [sys.executable, "-m", "tests.gitaly_double.shell", ROOT_KEY]
        environment = of_git(**ShellSettings.of_file(shell, config, retry_wait=0.1).to_environment())
    environment |= {"SSH_CONNECTION": "127.0.0.1 5555 127.0.0.1 22", "SSH_ORIGINAL_COMMAND": ""}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("shell", EVERY_SHELL, ids=str)
def test_a_private_authority_is_believed_where_the_file_names_it(
    shell: str | Path, instance: Instance, tmp_path: Path
) -> None:
    with tls_front.running(tmp_path, url=instance.url) as (url, authority):
        asked = ("client-config", "gitlab-shell", f"--url={url}", f"--home={tmp_path}")
        believed, strange = (
            greeted(shell, instance.manage(*asked, *more), tmp_path)
            for more in ((f"--ca-file={authority}",), ())
        )

    assert believed == "Welcome to GitLab, @root!\n"
    assert "Failed to get username" in strange
