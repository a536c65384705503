"""What `deploy/` says and no linter knows: commands, settings and files of this very tree."""

import configparser
import re
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
