"""The same chain of real programs: ``GITLAB_SHELL_BIN_DIRS`` and ``GITALY_BIN_DIR`` name their folders."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.chains import MERGE_REQUEST_URL, TOKEN, AnyChain
from tests.environment import SHELL_SECRET_NAME
from tests.gitaly import real_gitaly
from tests.gitaly_double.environments import of_git
from tests.instances import Instance, running_instance


@dataclass(frozen=True)
class RealChain(AnyChain):
    """A real Gitaly and one generation of real gitlab-shell around a running instance."""

    instance: Instance
    programs: Path
    folder: Path

    def environment(self, key: str) -> dict[str, str]:
        """Run the program in ssh's place, as sshd runs it."""
        script = self.folder / f"ssh-as-{key}"
        script.write_text(
            f'#!/bin/sh\nshift\nexport SSH_ORIGINAL_COMMAND="$*"\nexec {self.programs}/gitlab-shell {key}\n'
        )
        script.chmod(0o700)
        return of_git(
            GIT_SSH_COMMAND=str(script),
            GIT_SSH_VARIANT="simple",
            GITLAB_SHELL_DIR=str(self.folder),
            SSH_CONNECTION="127.0.0.1 5555 127.0.0.1 22",
        )

    def authorized_keys(self, blob: str) -> str:
        command = [f"{self.programs}/gitlab-shell-authorized-keys-check", "git", "git", blob]
        return subprocess.check_output(command, env=of_git(GITLAB_SHELL_DIR=str(self.folder)), text=True)


@contextmanager
def running_real_chain(folder: Path, *, shell: Path) -> Iterator[RealChain]:
    """Run an instance and a real Gitaly in ``folder``, whose path is short, for a folder of real programs."""
    folder.mkdir(parents=True)
    storages = json.dumps({"default": {"address": f"unix:{folder}/gitaly.sock", "token": TOKEN}})
    with running_instance(GITALY_STORAGES=storages, MERGE_REQUEST_URL=MERGE_REQUEST_URL) as instance:
        secret = instance.data / SHELL_SECRET_NAME
        (folder / "config.yml").write_text(
            f'user: git\ngitlab_url: "{instance.url}"\nsecret_file: "{secret}"\n'
            f'log_file: "{folder}/shell.log"\nlog_format: json\n'
        )
        with real_gitaly.running(folder, token=TOKEN, url=instance.url, secret_file=secret):
            yield RealChain(instance, shell, folder)
