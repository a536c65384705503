"""A real Gitaly, where ``GITALY_BIN_DIR`` names the folder of its programs: 14.10 and 16.0 were driven."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.operations.processes import end_with_parent, stop

PROGRAMS = os.environ.get("GITALY_BIN_DIR", "")
START_TIMEOUT = 60  # seconds
_CONFIG = """
socket_path = "{folder}/gitaly.sock"
bin_dir = "{programs}"
runtime_dir = "{folder}/run"
[git]
bin_path = "{git}"
[[storage]]
name = "{storage}"
path = "{folder}/repositories"
[auth]
token = "{token}"
[gitlab]
url = "{url}"
secret_file = "{secret_file}"
[gitlab-shell]
dir = "{folder}"
[gitaly-ruby]
dir = "{folder}/ruby"
linguist_languages_path = "{folder}/ruby/languages.json"
[daily_maintenance]
disabled = true
"""
_SECOND = """
[[storage]]
name = "{name}"
path = "{folder}/{name}"
"""


@contextmanager
def running(
    folder: Path, *, token: str, url: str, secret_file: Path, storage: str = "default", second: str = ""
) -> Iterator[str]:
    """Run it with its storage ``repositories`` in ``folder``, whose path is short; return its address.

    ``second`` is the name of another storage, and of its folder beside the first.
    """
    (folder / "repositories").mkdir(exist_ok=True)
    (folder / "run").mkdir(exist_ok=True)
    (folder / "ruby").mkdir(exist_ok=True)
    (folder / "ruby" / "languages.json").write_text("{}")
    config = folder / "gitaly.toml"
    git = shutil.which("git")
    config.write_text(
        _CONFIG.format(
            folder=folder,
            programs=PROGRAMS,
            git=git,
            token=token,
            url=url,
            secret_file=secret_file,
            storage=storage,
        )
    )
    if second:
        (folder / second).mkdir(exist_ok=True)
        with config.open("a") as more:
            more.write(_SECOND.format(name=second, folder=folder))
    with (folder / "gitaly.log").open("wb") as log:
        process = subprocess.Popen(
            [f"{PROGRAMS}/gitaly", *_verb(), str(config)],
            stdout=log,
            stderr=log,
            preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
        )
    try:
        end = time.monotonic() + START_TIMEOUT
        while not (folder / "gitaly.sock").exists():
            assert time.monotonic() < end, (folder / "gitaly.log").read_text()
            time.sleep(0.1)
        yield f"unix:{folder}/gitaly.sock"
    finally:
        stop(process, grace=15)


def _verb() -> list[str]:
    """What stands before the file: nothing, up to 15."""
    told = subprocess.run([f"{PROGRAMS}/gitaly", "--help"], capture_output=True, text=True, check=False)
    return ["serve"] if "serve" in told.stdout + told.stderr else []
