"""The table of every endpoint, in the document's order. A new route needs one row here.

``path`` is written as the document writes it: below ``/api/v4``, with ``:id`` for what varies.
"""

import functools
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.cache import cache
from jwt.algorithms import RSAAlgorithm

from apps.core.secret_files import signing_key
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
    return {"Gitlab-Kas-Api-Request": kas.token(signing_key(settings.KAS_SECRET_FILE.read_bytes()))}


def agent_token() -> dict[str, str]:
    """What kas sends for an agent: its own token, and that of the agent."""
    return {**kas_token(), "Authorization": f"Bearer {issue_token(AgentFactory.create())}"}


def admin_token() -> dict[str, str]:
    """What CustomersDot sends: the token of an administrator."""
    token = "glpat-0123456789abcdefghij"
    user = UserFactory.create(admin=True)
    PersonalAccessTokenFactory.create(user=user, token_digest=sha256(token.encode()).hexdigest())
    return {"PRIVATE-TOKEN": token}


def publish_portal_keys() -> None:
    """Let the portal's own description, and its key, have been fetched from ``PORTAL_URL`` already."""
    public = json.loads(RSAAlgorithm.to_jwk(_portal_key().public_key()))
    keys = {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}
    configuration = {"issuer": PORTAL_URL, "jwks_uri": f"{PORTAL_URL}/keys"}
    cache.set(f"customers-dot:{PORTAL_URL}/.well-known/openid-configuration", configuration)
    cache.set(f"customers-dot:{PORTAL_URL}/keys", keys)


def portal_token() -> dict[str, str]:
    """What CustomersDot sends where it signs: a token whose key it publishes."""
    claims = {
        "iss": PORTAL_URL,
        "sub": "customers-dot-internal-api",
        "aud": "gitlab-subscriptions",
        "exp": int(time.time()) + 60,
    }
    signed = jwt.encode(claims, _portal_key(), algorithm="RS256", headers={"kid": "one"})
    return {"X-Customers-Dot-Internal-Token": signed}


@functools.cache
def _portal_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


PORTAL_URL = "http://portal.test"
UNAUTHORIZED = {"message": "401 Unauthorized"}

SHELL = Consumer("GitLab Shell and Gitaly", shell_token, UNAUTHORIZED)
KAS = Consumer("GitLab Agent Server", kas_token, {"message": "KAS JWT authentication invalid"})
AGENT = Consumer("an agent", agent_token, KAS.refusal, through=KAS)
CUSTOMERS_DOT = Consumer("CustomersDot", admin_token, UNAUTHORIZED)
PORTAL = Consumer("CustomersDot, signed", portal_token, UNAUTHORIZED)
CONSUMERS = (SHELL, KAS, CUSTOMERS_DOT, PORTAL)

NAMESPACE = "/namespaces/:id"
MIRROR = "/internal/gitlab_subscriptions/namespaces/:id"

NOT_IN_THE_DOCUMENT = "not in the document; real clients call it"

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
    Endpoint(
        "Get new 2FA recovery codes using an SSH key",
        "POST",
        "/internal/two_factor_recovery_codes",
        SHELL,
        note="the line with the route says GET; the method is that of the curl line and of every client",
    ),
    Endpoint("Get new personal access-token", "POST", "/internal/personal_access_token", SHELL),
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
        "Create Starboard vulnerability",
        "GET",
        "/internal/kubernetes/modules/starboard_vulnerability/policies_configuration",
        AGENT,
        note="not in the document: the scanner asks for policies",
    ),
    Endpoint(
        "GitLab Agent endpoints",
        "POST",
        "/internal/kubernetes/agent_configuration",
        KAS,
        note="not in the document: kas tells what it has read",
    ),
    Endpoint(
        "GitLab Agent endpoints",
        "POST",
        "/internal/kubernetes/authorize_proxy_user",
        KAS,
        note="not in the document: may a person use a cluster through kas?",
    ),
    Endpoint(
        "GitLab Agent endpoints",
        "POST",
        "/internal/kubernetes/agent_events",
        KAS,
        note="not in the document: kas from 17 on",
    ),
    Endpoint(
        "GitLab Agent endpoints",
        "GET",
        "/internal/kubernetes/receptive_agents",
        KAS,
        note="not in the document: kas from 17 on",
    ),
    Endpoint("Creating a subscription", "POST", f"{NAMESPACE}/gitlab_subscription", CUSTOMERS_DOT),
    Endpoint("Updating a subscription", "PUT", f"{NAMESPACE}/gitlab_subscription", CUSTOMERS_DOT),
    Endpoint("Retrieving a subscription", "GET", f"{NAMESPACE}/gitlab_subscription", CUSTOMERS_DOT),
    Endpoint("Creating an additional pack", "POST", f"{NAMESPACE}/minutes", CUSTOMERS_DOT),
    Endpoint("Moving additional packs", "PATCH", f"{NAMESPACE}/minutes/move/:target_id", CUSTOMERS_DOT),
    Endpoint("Updating upcoming_reconciliations", "PUT", "/internal/upcoming_reconciliations", CUSTOMERS_DOT),
    Endpoint(
        "Upcoming reconciliations",
        "DELETE",
        "/internal/upcoming_reconciliations",
        CUSTOMERS_DOT,
        note="not in the document: a namespace leaves the list",
    ),
    Endpoint(
        "Subscriptions",
        "PUT",
        NAMESPACE,
        CUSTOMERS_DOT,
        note="not in the document: CI minutes limits of a namespace",
    ),
    *(
        Endpoint(
            "Subscriptions", method, MIRROR + path, PORTAL, note="not in the document: the signed mirror"
        )
        for path, methods in (
            ("/gitlab_subscription", ("POST", "PUT", "GET")),
            ("/minutes", ("POST",)),
            ("/minutes/move/:target_id", ("PATCH",)),
            ("/upcoming_reconciliations", ("PUT", "DELETE")),
            ("", ("GET", "PUT")),
        )
        for method in methods
    ),
    Endpoint(NOT_IN_THE_DOCUMENT, "POST", "/internal/two_factor_config", SHELL),
    Endpoint(NOT_IN_THE_DOCUMENT, "POST", "/internal/two_factor_otp_check", SHELL),
    Endpoint(NOT_IN_THE_DOCUMENT, "POST", "/internal/two_factor_manual_otp_check", SHELL),
    Endpoint(NOT_IN_THE_DOCUMENT, "POST", "/internal/two_factor_push_otp_check", SHELL),
    Endpoint(NOT_IN_THE_DOCUMENT, "GET", "/internal/authorized_certs", SHELL),
    Endpoint(NOT_IN_THE_DOCUMENT, "POST", "/internal/shellhorse/git_audit_event", SHELL),
    Endpoint(NOT_IN_THE_DOCUMENT, "GET", "/internal/lfs", SHELL),
)
