"""A signal that comes while a process is being forked is one that it gets."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.instances import environment, prepared_folder

ROOT = Path(__file__).parents[2]
# The service's own settings for gunicorn. Each process sends itself SIGTERM where the handlers are still the
# master's, tells what became of it, and ends the master.
SETTINGS = f"""
from pathlib import Path
exec(Path({str(ROOT / "gunicorn.conf.py")!r}).read_text())
bind, workers = ["127.0.0.1:0"], 1

def post_fork(server, worker):
    import signal
    os.kill(os.getpid(), signal.SIGTERM)

def post_worker_init(worker):
    import signal
    os.write(1, b"serves\\n" if worker.alive else b"ends\\n")
    os.kill(os.getppid(), signal.SIGQUIT)

worker_exit = lambda server, worker: None
"""


@pytest.mark.parametrize(
    ("also", "expected"), [("", "ends\n"), ("pre_fork = lambda server, worker: None", "serves\n")]
)
def test_a_process_of_the_web_server_is_told_to_end_before_it_is_ready(
    tmp_path: Path, also: str, expected: str
) -> None:
    settings = tmp_path / "gunicorn.conf.py"
    settings.write_text(SETTINGS + also)
    with prepared_folder() as (data, database):
        ran = subprocess.run(
            [sys.executable, "-m", "gunicorn", "--config", str(settings)],
            env=environment(data, **database),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert ran.stdout == expected, ran.stderr
