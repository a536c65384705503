"""kas and agents as callers, in this process and over a socket."""

import base64
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pytest_django.fixtures import Settings

from apps.agent.models import Agent
from apps.directory.models import Visibility
from tests.agent import kas as wire
from tests.callers import Caller
from tests.factories.agent import AgentFactory, issue_token
from tests.factories.directory import MemberFactory, ProjectFactory
from tests.instances import Instance

KAS_KEY = bytes(range(32))
USER_AGENT = wire.USER_AGENT


@pytest.fixture(autouse=True)
def kas_secret(settings: Settings, tmp_path: Path) -> Path:
    """The secret file of kas, for this test alone."""
    path = tmp_path / ".gitlab_kas_secret"
    path.write_bytes(base64.b64encode(KAS_KEY) + b"\n")
    path.chmod(0o600)
    settings.KAS_SECRET_FILE = path
    settings.KAS_PREVIOUS_SECRET_FILE = Path(f"{path}.previous")
    return path


@pytest.fixture(autouse=True)
def _storages(settings: Settings) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/run/gitaly.socket", "token": "gitaly-token"}}


@pytest.fixture
def kas() -> Caller:
    """kas for itself: no agent token."""
    return Caller(sign=_signature, user_agent=USER_AGENT)


@pytest.fixture
def agent() -> Agent:
    """An agent of a private project; its creator is a developer there."""
    project = ProjectFactory.create(visibility_level=Visibility.PRIVATE)
    agent = AgentFactory.create(project=project, name="production")
    MemberFactory.create(project=project, user=agent.created_by)
    return agent


@pytest.fixture
def agent_token(agent: Agent) -> str:
    return issue_token(agent)


@pytest.fixture
def agent_kas(agent_token: str) -> Caller:
    """kas for that agent."""
    return Caller(
        sign=lambda: {**_signature(), "Authorization": f"Bearer {agent_token}"}, user_agent=USER_AGENT
    )


def _signature() -> dict[str, str]:
    return {"Gitlab-Kas-Api-Request": wire.token(KAS_KEY)}


def kas_of(instance: Instance) -> wire.Kas:
    """kas that shares the instance's secret file."""
    address = urlsplit(instance.url)
    secret = (instance.data / ".gitlab_kas_secret").read_text().strip()
    return wire.Kas("127.0.0.1", address.port or 80, secret)
