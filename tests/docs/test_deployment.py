"""What `deploy/` says and no linter knows: commands, settings and files of this very tree."""

import configparser
import getpass
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.operations import setting_inventory
from tests.docs.commands import exists
from tests.instances import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
_MANAGE = re.compile(r"manage\.py (\S+)(?: ([a-z][\w-]*))?")
# Read by Python or made by systemd, not by the service.
FOREIGN = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PATH"}


def settings() -> set[str]:
    return {setting.name for setting in setting_inventory.inventory()} | FOREIGN


def wrapped(folder: Path, env: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command through the wrapper for systemd, as this user and with the settings of a folder."""
    programs = folder / "source" / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (folder / "source" / "manage.py").symlink_to(ROOT / "manage.py")
    (folder / "secret_key").write_text("the key of a credential\n")
    (folder / "env").write_text(env)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{':'.join(sys.path)}",
        "DATA": str(folder / "data"),
        "GITLAB_INTERNAL_SOURCE": str(folder / "source"),
        "GITLAB_INTERNAL_CONFIG": str(folder),
        "GITLAB_INTERNAL_USER": getpass.getuser(),
    }
    return subprocess.run(
        [str(DEPLOY / "systemd" / "gitlab-internal.sh"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wrapper_gives_commands_what_the_units_give_the_service(tmp_path: Path) -> None:
    storages = {"default": {"address": "unix:/run/gitaly.socket", "token": 'it\'s "so"'}}
    env = f"# a comment\nGITALY_STORAGES={json.dumps(storages)}\n\n"
    env += "INSTANCE_URL='https://git.example.com'\nLOG_LEVEL=\"DEBUG\""
    code = (
        "import json; from django.conf import settings as s; "
        "print(json.dumps([s.GITALY_STORAGES, s.INSTANCE_URL, s.LOG_LEVEL, s.SECRET_KEY, str(s.DATA)]))"
    )

    ran = wrapped(tmp_path, env, "shell", "--no-imports", "--command", code)

    assert ran.returncode == 0, ran.stderr
    said = [storages, "https://git.example.com", "DEBUG", "the key of a credential", str(tmp_path / "data")]
    assert json.loads(ran.stdout) == said


def test_the_wrapper_says_who_may_use_it(tmp_path: Path) -> None:
    script = DEPLOY / "systemd" / "gitlab-internal.sh"
    environment = {"PATH": os.environ["PATH"], "GITLAB_INTERNAL_CONFIG": str(tmp_path / "closed")}

    ran = subprocess.run([str(script)], env=environment, capture_output=True, text=True, check=False)

    said = f"gitlab-internal: cannot read {tmp_path}/closed/env; are you root?\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", said)


def test_the_proxy_says_whom_it_has_heard() -> None:
    config = (DEPLOY / "nginx" / "gitlab-internal.conf").read_text()

    assert "proxy_set_header X-Forwarded-For $remote_addr;" in config


def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_commands_that_exist_with_settings_that_exist(unit: Path) -> None:
    text = unit.read_text()
    variables = re.findall(r"^Environment=(.+)$", text, re.MULTILINE)
    names = {part.partition("=")[0] for line in variables for part in line.split()}

    assert [found for found in _MANAGE.findall(text) if not exists(*found)] == []
    assert names - settings() == set()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_unit_is_confined_alike(unit: Path) -> None:
    first, other = (_confinement(path) for path in (UNITS[0], unit))

    assert other == first


def _confinement(unit: Path) -> list[str]:
    _, found, rest = unit.read_text().partition("# It needs its folder, the network and nothing else.\n")
    assert found
    return rest.partition("\n\n")[0].splitlines()


def test_the_compose_file_sets_what_the_service_reads_and_mounts_what_there_is() -> None:
    services = compose()["services"]
    mounts = [mount for service in services.values() for mount in service.get("volumes", [])]
    files = [mount.split(":")[0] for mount in mounts if mount.startswith("./gitlab/")]

    assert set(services["web"]["environment"]) - settings() == set()
    assert files and all((DEPLOY / file).is_file() for file in files)
    assert exists(*services["migrate"]["command"][2:3]) and exists(*services["worker"]["command"][2:3])


def test_kas_in_the_compose_file_has_what_it_does_not_start_without() -> None:
    config = yaml.safe_load((DEPLOY / "gitlab" / "kas.yaml").read_text())
    secret = compose()["services"]["web"]["environment"]["KAS_SECRET_FILE"]

    secrets = [config[part]["listen"]["authentication_secret_file"] for part in ("api", "private_api")]

    assert [config["gitlab"]["authentication_secret_file"], *secrets] == [secret] * 3
    assert config["redis"]["server"] == {"address": "valkey:6379"}


def test_every_variable_of_the_compose_file_has_a_value_or_is_asked_for() -> None:
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string("[env]\n" + (DEPLOY / ".env").read_text())
    used = set(re.findall(r"\$\{(\w+)\}", (DEPLOY / "compose.yaml").read_text()))

    assert used == set(parser["env"])


def test_the_image_sets_what_the_service_reads() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    _, _, environment = dockerfile.rpartition("ENV ")
    names = re.findall(r"^\s*([A-Z_]+)=", environment.partition("\nUSER")[0], re.MULTILINE)

    assert names and set(names) - settings() == set()
