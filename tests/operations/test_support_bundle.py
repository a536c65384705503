"""``manage.py support-bundle``: what helps, and no secret of the instance."""

import base64
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

from tests.instances import ROOT, environment, prepared_folder

PARTS = ["versions", "configuration", "doctor", "secrets", "migrations", "counts", "queue"]
PASSWORDS = {
    "GITALY_TOKEN": "password-of-gitaly",
    "GITALY_STORAGES": json.dumps({"default": {"address": "unix:/run/none", "token": "password-of-storage"}}),
    "REDIS_URL": "redis://:password-of-redis@127.0.0.1:1/0",
}


def run(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "manage.py"), "support-bundle", *arguments]
    return subprocess.run(
        command, env=environment(data, **settings), cwd=ROOT, capture_output=True, text=True, check=False
    )


def contents(bundle: Path) -> dict[str, str]:
    with tarfile.open(bundle) as tar:
        files = {member.name: tar.extractfile(member) for member in tar}
        return {name: file.read().decode() for name, file in files.items() if file}


def part(bundle: Path, name: str) -> Any:
    return json.loads(contents(bundle)[f"{name}.json"])


def test_a_bundle_helps_and_holds_no_secret(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.tar.gz"
    with prepared_folder() as (data, database):
        result = run(data, str(bundle), **{**database, **PASSWORDS})
        files = [path for path in data.iterdir() if path.name in SECRET_FILES]
        secrets = [path.read_bytes() for path in files]

    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == f"Written: {bundle}"
    assert bundle.stat().st_mode & 0o777 == 0o600
    assert list(contents(bundle)) == [f"{name}.json" for name in PARTS]
    assert part(bundle, "counts")["directory.User"] > 1
    assert part(bundle, "configuration")["GITALY_TOKEN"] == ["[redacted]", "environment"]
    assert part(bundle, "doctor")["shared store"][0][0] == "Redis takes no writes"
    assert part(bundle, "versions")["packages"]["Django"].startswith("5.2")
    assert {row[0] for row in part(bundle, "secrets")} == {"shell", "kas", "workhorse", "encryption"}
    text = "".join(contents(bundle).values())
    assert len(secrets) == len(SECRET_FILES)
    for secret in secrets:
        assert secret.decode().strip() not in text
        assert base64.b64encode(secret).decode() not in text
    assert "password-of-" not in text


SECRET_FILES = {
    ".gitlab_shell_secret",
    ".gitlab_kas_secret",
    ".gitlab_workhorse_secret",
    "encryption_keys",
    "secret_key",
    "admin_token",
    "agent_token",
}


def test_a_broken_instance_has_a_bundle_too(tmp_path: Path) -> None:
    url = "postgres://gitlab:password-of-database@127.0.0.1:1/internal"

    result = run(tmp_path, DATABASE_URL=url, SECRET_KEY="a secret key of the environment")

    assert result.returncode == 0, result.stderr
    (bundle,) = tmp_path.glob("support-*.tar.gz")
    assert part(bundle, "counts")["failed"].startswith("OperationalError: connection to server")
    assert "password-of-database" not in "".join(contents(bundle).values())
    assert "a secret key" not in "".join(contents(bundle).values())


def test_an_existing_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "bundle").write_text("mine")

    result = run(tmp_path, str(tmp_path / "bundle"), SECRET_KEY="a secret key of the environment")

    assert (result.returncode, result.stdout) == (1, "")
    assert "File exists" in result.stderr
    assert (tmp_path / "bundle").read_text() == "mine"
