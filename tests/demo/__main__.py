"""Play the scenes, one after the other, in a folder that is gone at the end."""

import signal
import sys
import tempfile
from pathlib import Path

from tests.demo.scenes import play
from tests.demo.stage import Failed, opened

FIRST_LINE = (
    "GitLab Shell and Gitaly are doubles here, over real git; the service that decides is the real one."
)


def main() -> int:
    """Return 0 if everything went as it is told."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that everything is stopped in order
    sys.stdout.write(f"{FIRST_LINE}\n")
    sys.stdout.flush()
    try:
        # A socket's path may have about 100 bytes; the folders of some systems are longer.
        with tempfile.TemporaryDirectory(prefix="demo-", dir="/tmp") as folder, opened(Path(folder)) as stage:
            play(stage)
    except Failed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
