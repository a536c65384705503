"""Loaded by pytest before Django: gives the run a folder of its own with its own secrets."""

import os
import tempfile
from pathlib import Path

SHELL_SECRET = "0123456789abcdef0123456789abcdef\n"


def _prepare() -> None:
    if "GITLAB_INTERNAL_TEST_DATA" not in os.environ:
        os.environ["GITLAB_INTERNAL_TEST_DATA"] = tempfile.mkdtemp(prefix="gitlab-internal-")
    data = Path(os.environ["GITLAB_INTERNAL_TEST_DATA"])
    os.environ["DATA"] = str(data)
    os.environ["SECRET_KEY"] = "a key for tests only, and long enough for every signature"
    secret = data / ".gitlab_shell_secret"
    if not secret.exists():
        secret.write_text(SHELL_SECRET)
        secret.chmod(0o600)


_prepare()
