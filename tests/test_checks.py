"""An instance behind HTTPS passes Django's own deployment checks, and one without its secrets does not."""

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from apps.core import checks
from tests.environment import KAS_SECRET, SHELL_SECRET, WORKHORSE_SECRET
from tests.instances import ROOT, environment

SECRETS = {
    ".gitlab_shell_secret": SHELL_SECRET,
    ".gitlab_kas_secret": KAS_SECRET,
    ".gitlab_workhorse_secret": WORKHORSE_SECRET,
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of an instance that has its secrets and no database."""
    for name, content in SECRETS.items():
        path = tmp_path / name
        path.touch(mode=0o600)
        path.write_text(content)
    return tmp_path


def check(data: Path, **settings: str) -> tuple[int, str]:
    """Run the checks in a process of their own, with the settings of a production instance."""
    production = environment(
        data,
        SECRET_KEY="fifty characters and more, as varied as Django likes: 0123456789",
        INSTANCE_URL="https://gitlab.example.com",
        ALLOWED_HOSTS="gitlab.example.com",
        **settings,
    )
    command = [sys.executable, str(ROOT / "manage.py"), "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(command, env=production, cwd=ROOT, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def test_a_production_instance_passes_the_deployment_checks(data: Path) -> None:
    assert check(data) == (0, "System check identified no issues (3 silenced).\n")


def test_a_missing_and_a_readable_secret_fail_the_checks_with_a_hint(data: Path) -> None:
    secret = data / ".gitlab_shell_secret"

    secret.chmod(0o644)
    code, output = check(data)
    assert code == 1
    assert f"(gitlab_internal.E002) The secret file {secret} can be read by others." in output
    assert f"HINT: chmod 600 {secret}" in output

    secret.unlink()
    code, output = check(data)
    assert code == 1
    assert f"(gitlab_internal.E001) The secret file {secret} is missing." in output


@pytest.mark.parametrize(
    ("name", "program"), [(".gitlab_kas_secret", "kas"), (".gitlab_workhorse_secret", "Workhorse")]
)
def test_a_secret_that_is_no_key_or_missing_fails_the_checks(data: Path, name: str, program: str) -> None:
    secret = data / name

    secret.write_text(SHELL_SECRET)
    code, output = check(data)
    assert code == 1
    reason = "Base64 of 24 bytes instead of 32."
    assert f"(gitlab_internal.E003) The secret in {secret} is no key of {program}: {reason}" in output

    secret.unlink()
    code, output = check(data)
    assert code == 1
    assert f"(gitlab_internal.E001) The secret file {secret} is missing." in output


@pytest.mark.parametrize(
    "address", ["http://kas:8153", "kas:8153", "grpc://", "grpc://:8153", "grpc://kas/x", "grpc://kas:x"]
)
def test_what_is_no_address_of_kas_is_an_error(settings: Settings, address: str) -> None:
    settings.GITLAB_KAS = address

    (message,) = checks.kas_address()

    assert message.id == "gitlab_internal.E005"
    assert repr(address) in message.msg


@pytest.mark.parametrize("address", ["", "grpc://kas:8153", "grpcs://kas.example.com", "grpc://[::1]:8153"])
def test_addresses_of_kas(settings: Settings, address: str) -> None:
    settings.GITLAB_KAS = address

    assert checks.kas_address() == []
