"""A terminal beside a running instance, in which the commands of one page are typed."""

import base64
import os
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import Line
from tests.end_to_end.chains import Chain
from tests.environment import SHELL_SECRET_NAME
from tests.gitaly_double.git import ISOLATED
from tests.instances import ROOT

TIMEOUT = 600  # seconds for one page
# What a page may use beside the service's own commands; whatever else it names is not found.
PROGRAMS = (
    "base64", "bash", "cat", "chmod", "cp", "curl", "cut", "date", "diff", "env", "git", "grep", "head",
    "install", "jq", "ln", "ls", "mkdir", "mktemp", "mv", "rm", "sed", "sleep", "sort", "ssh-keygen", "stat",
    "tail", "tar", "tee", "touch", "tr", "wc",
)  # fmt: skip
# Targets are checked to exist; they are run by .ci/run and by the tests of `serve`.
_MAKE = f'#!/bin/bash\nexec {shutil.which("make")} --dry-run --directory {ROOT} "$@" >/dev/null\n'
# What sshd does: it asks GitLab Shell who has the key, and runs what it is told.
_SSH = f"""#!/bin/bash
cd {ROOT}
read -r _ key _ <"$HOME/.ssh/id_ed25519.pub"
found=$({sys.executable} -m tests.gitaly_double.shell.authorized_keys_check git git "$key")
[[ $found =~ key-[0-9]+ ]] || {{ echo 'Permission denied (publickey).' >&2; exit 255; }}
export SSH_IDENTITY=${{BASH_REMATCH[0]}}
command=${{@: -1}}
[[ $command != *@* ]] || command=
exec {sys.executable} -m tests.gitaly_double.shell.instead_of_ssh "$command"
"""
_CHECKED = """\
echo {said}
{command}
status=$?
[ $status -eq {wanted} ] || {{ echo "{where}: ended with $status, not with {wanted}"; exit 99; }}
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether every line ended as the page says, and all that was printed, each line after its place."""

    good: bool
    printed: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """A home folder, a short list of programs, and an instance with the clients around it."""

    home: Path
    chain: Chain

    @classmethod
    def beside(cls, chain: Chain, home: Path) -> "Terminal":
        """Return a terminal whose programs speak to the instance of the chain."""
        programs = home / ".bin"
        programs.mkdir(parents=True)
        (home / ".ssh").mkdir(mode=0o700)
        for name in PROGRAMS:
            if found := shutil.which(name):
                (programs / name).symlink_to(found)
        terminal = cls(home, chain)
        terminal.install("manage.py", chain.instance.commands.program())
        terminal.install("make", _MAKE)
        terminal.install("ssh", _SSH)
        return terminal

    def install(self, name: str, script: str) -> None:
        """Have one program more."""
        program = self.home / ".bin" / name
        program.write_text(script)
        program.chmod(stat.S_IRWXU)

    def type(self, page: str, lines: Iterable[Line]) -> Outcome:
        """Run the lines one after the other in one shell until one ends otherwise than the page says."""
        script = "set -uo pipefail\n" + "".join(self._checked(page, line) for line in lines)
        try:
            ran = subprocess.run(
                ["/bin/bash", "-c", script],
                cwd=self.home,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired as expired:
            printed = (expired.output or b"").decode(errors="replace")
            return Outcome(False, f"{printed}\nDid not end within {TIMEOUT} seconds.")
        return Outcome(ran.returncode == 0, ran.stdout.decode(errors="replace"))

    def _checked(self, page: str, line: Line) -> str:
        where = f"{page}:{line.number}"
        said = shlex.quote(f"+ {where}: {line.text}")
        command = self._adapted(line.text)
        return _CHECKED.format(where=where, said=said, command=command, wanted=line.exit_code)

    def _adapted(self, command: str) -> str:
        """Let the command mean this instance instead of the one that `make serve` makes."""
        for said, meant in self._meanings():
            command = command.replace(said, meant)
        return command

    def _meanings(self) -> list[tuple[str, str]]:
        instance = self.chain.instance
        return [
            (".venv/bin/python manage.py", "manage.py"),
            ("http://localhost:3001", instance.url),
            ("./var", str(instance.data)),
            ("/path/to/var", str(instance.data)),
        ]

    def _environment(self) -> dict[str, str]:
        instance = self.chain.instance
        return {
            **instance.environment,
            **ISOLATED,
            **self.chain.shell.to_environment(),
            "PATH": str(self.home / ".bin"),
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "TERM": "dumb",
            "URL": instance.url,
            "secret": base64.b64encode((instance.data / SHELL_SECRET_NAME).read_bytes()).decode(),
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),  # noqa: S108 -- the system's own
            "GIT_SSH_VARIANT": "ssh",
            "GIT_AUTHOR_NAME": "Alice",
            "GIT_AUTHOR_EMAIL": "alice@example.com",
            "GIT_COMMITTER_NAME": "Alice",
            "GIT_COMMITTER_EMAIL": "alice@example.com",
        }
