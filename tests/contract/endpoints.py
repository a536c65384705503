"""The table of every endpoint, in the document's order. A new route needs one row here.

``path`` is written as the document writes it: below ``/api/v4``, with ``:id`` for what varies.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings

from gitlab_internal.secret_files import kas_key
from tests.agent import kas
from tests.callers import shell_token
from tests.factories.agent import AgentFactory, issue_token
from tests.factories.directory import PersonalAccessTokenFactory, UserFactory


@dataclass(frozen=True, slots=True)
class Consumer:
    """A program that calls us: a credential of its own, and what everybody else is told in its place.

    ``through`` passes its requests on: whoever holds that credential is half-way in.
    """

    name: str
    credential: Callable[[], dict[str, str]]
    refusal: dict[str, str]
    through: "Consumer | None" = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row: where the document speaks of the endpoint, how it is called, and by whom."""

    heading: str
    method: str
    path: str
    caller: Consumer
    note: str = ""

    @property
    def url(self) -> str:
        """A path that the route takes."""
        return "/api/v4" + re.sub(r":\w+", "1", self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def kas_token() -> dict[str, str]:
    """What kas sends; its secret is not the one of GitLab Shell."""
    return {"Gitlab-Kas-Api-Request": kas.token(kas_key(settings.KAS_SECRET_FILE.read_bytes()))}


def agent_token() -> dict[str, str]:
    """What kas sends for an agent: its own token, and that of the agent."""
    return {**kas_token(), "Authorization": f"Bearer {issue_token(AgentFactory.create())}"}


def admin_token() -> dict[str, str]:
    """What CustomersDot sends: the token of an administrator."""
    token = "glpat-0123456789abcdefghij"
    user = UserFactory.create(admin=True)
    PersonalAccessTokenFactory.create(user=user, token_digest=sha256(token.encode()).hexdigest())
    return {"PRIVATE-TOKEN": token}


UNAUTHORIZED = {"message": "401 Unauthorized"}

SHELL = Consumer("GitLab Shell and Gitaly", shell_token, UNAUTHORIZED)
KAS = Consumer("GitLab Agent Server", kas_token, {"message": "KAS JWT authentication invalid"})
AGENT = Consumer("an agent", agent_token, KAS.refusal, through=KAS)
CUSTOMERS_DOT = Consumer("CustomersDot", admin_token, UNAUTHORIZED)
CONSUMERS = (SHELL, KAS, CUSTOMERS_DOT)

ENDPOINTS = (
    Endpoint("Git Authentication", "POST", "/internal/allowed", SHELL),
    Endpoint(
        "LFS Authentication",
        "POST",
        "/internal/lfs_authenticate",
        SHELL,
        note="there is no line with the route; method and path are those of the curl line",
    ),
    Endpoint("Authorized Keys Check", "GET", "/internal/authorized_keys", SHELL),
    Endpoint("Get user for user ID or key", "GET", "/internal/discover", SHELL),
    Endpoint("Instance information", "GET", "/internal/check", SHELL),
    Endpoint("Incrementing counter on pre-receive", "POST", "/internal/pre_receive", SHELL),
    Endpoint("PostReceive", "POST", "/internal/post_receive", SHELL),
    Endpoint("GitLab Agent information", "GET", "/internal/kubernetes/agent_info", AGENT),
    Endpoint(
        "GitLab Agent information",
        "GET",
        "/internal/agents/agentk/agent_info",
        AGENT,
        note="later versions of kas ask here",
    ),
    Endpoint("GitLab Agent project information", "GET", "/internal/kubernetes/project_info", AGENT),
    Endpoint(
        "GitLab Agent project information",
        "GET",
        "/internal/kubernetes/verify_project_access",
        AGENT,
        note="not in the document: later versions of kas ask for access alone",
    ),
    Endpoint("GitLab Agent usage metrics", "POST", "/internal/kubernetes/usage_metrics", KAS),
    Endpoint("GitLab Agent alert metrics", "POST", "/internal/kubernetes/modules/cilium_alert", AGENT),
    Endpoint(
        "Create Starboard vulnerability",
        "PUT",
        "/internal/kubernetes/modules/starboard_vulnerability",
        AGENT,
    ),
    Endpoint(
        "Create Starboard vulnerability",
        "POST",
        "/internal/kubernetes/modules/starboard_vulnerability/scan_result",
        AGENT,
        note="not in the document: what a whole scan has found",
    ),
    Endpoint(
        "GitLab Agent endpoints",
        "POST",
        "/internal/kubernetes/agent_configuration",
        KAS,
        note="not in the document: kas tells what it has read",
    ),
)
