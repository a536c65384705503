"""Run a double by hand: ``python -m tests.gitaly_double --storage default=DIRECTORY``."""

import argparse
import signal
import sys
import tempfile
import threading
from pathlib import Path

from tests.gitaly_double import generations
from tests.gitaly_double.api_settings import ApiSettings
from tests.gitaly_double.server import running
from tests.gitaly_double.settings import DoubleSettings
from tests.gitaly_double.versions import Version


def arguments(line: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.gitaly_double", description=__doc__)
    parser.add_argument("--storage", action="append", required=True, metavar="NAME=DIRECTORY")
    parser.add_argument("--runtime", type=Path, help="directory of the socket; made if left out")
    parser.add_argument("--version", type=Version.of, default=Version(16, 0))
    parser.add_argument("--token")
    parser.add_argument("--api", metavar="URL", help="http://… or http+unix://…; none: no hooks")
    parser.add_argument("--secret-file", default=".gitlab_shell_secret")
    parser.add_argument("--generation", choices=[*generations.Generation])
    parser.add_argument("--timeout", type=float, default=300)
    parser.add_argument("--relative-url-root", default="")
    parser.add_argument("--protocol", choices=["ssh", "http", "web"], default="ssh")
    parser.add_argument("--custom-hooks", type=Path)
    return parser.parse_args(line)


def settings_of(given: argparse.Namespace, runtime: Path) -> DoubleSettings:
    """Turn the command line into settings."""
    storages = dict(item.split("=", 1) for item in given.storage)
    generation = given.generation or generations.of_gitaly(given.version)
    api = ApiSettings(
        url=given.api or "",
        secret_file=str(Path(given.secret_file).resolve()),
        generation=generation,
        timeout=given.timeout,
        relative_url_root=given.relative_url_root,
    )
    return DoubleSettings(
        storages={name: Path(path).resolve() for name, path in storages.items()},
        runtime=runtime,
        version=given.version,
        token=given.token,
        api=api if given.api else None,
        protocol=given.protocol,
        custom_hooks=given.custom_hooks,
    )


def main() -> None:
    """Serve until interrupted."""
    given = arguments()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with tempfile.TemporaryDirectory(prefix="gitaly-") as directory:
        runtime = (given.runtime or Path(directory)).resolve()
        with running(settings_of(given, runtime)) as double:
            sys.stdout.write(f"{double.address} {double.tcp_address}\n")
            sys.stdout.flush()
            stopped.wait()


if __name__ == "__main__":
    main()
