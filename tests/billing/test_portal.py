"""The mirror for newer versions of CustomersDot: who gets in, and that it does the same."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import LazySettings
from django.core.cache import cache
from jwt.algorithms import RSAAlgorithm

from apps.billing.models import MinutesPack, Subscription, UpcomingReconciliation
from tests.billing.customers_dot import CustomersDot
from tests.factories.directory import GroupFactory

pytestmark = pytest.mark.django_db
PREFIX = "internal/gitlab_subscriptions/namespaces"
UNAUTHORIZED = (401, {"message": "401 Unauthorized"})
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Portal:
    """A CustomersDot that publishes its keys, counts who asks, and signs tokens."""

    url: str = ""
    broken: bool = False
    asked: list[str] = field(default_factory=list)

    def document(self, path: str) -> Any:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def token(self, *, key: Any = KEY, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        all_claims = {
            "iss": self.url,
            "sub": "customers-dot-internal-api",
            "aud": "gitlab-subscriptions",
            "exp": int(time.time()) + 60,
            **claims,
        }
        present = {name: value for name, value in all_claims.items() if value is not None}
        return jwt.encode(present, key, algorithm="RS256", headers={"kid": "one", **(headers or {})})


@pytest.fixture
def portal(settings: LazySettings) -> Iterator[Portal]:
    portal = Portal()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = portal.document(self.path)
            self.send_response(503 if portal.broken else 200)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's word
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        portal.url = settings.CUSTOMERS_DOT_URL = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cache.clear()
        yield portal
        server.shutdown()


def signed(token: str) -> CustomersDot:
    return CustomersDot(headers={"X-Customers-Dot-Internal-Token": token})


@pytest.fixture
def customers_dot(portal: Portal) -> CustomersDot:
    return signed(portal.token())


def get(dot: CustomersDot) -> tuple[int, Any]:
    response = dot.get(f"{PREFIX}/1234")
    return response.status_code, response.json()


def test_a_token_of_the_portal_gets_in(customers_dot: CustomersDot) -> None:
    GroupFactory.create(pk=1234)

    assert get(customers_dot)[0] == 200


def test_times_and_keys_are_checked(portal: Portal) -> None:
    for bad in (
        portal.token(exp=int(time.time()) - 1),
        portal.token(exp=None),
        portal.token(iss="https://elsewhere.example.com"),
        portal.token(iss=None),
        portal.token(sub="somebody"),
        portal.token(sub=None),
        portal.token(aud="something"),
        portal.token(aud=None),
        portal.token(headers={"kid": "two"}),
        portal.token(key=OTHER_KEY),
        jwt.encode({"sub": "customers-dot-internal-api"}, "k" * 32, headers={"kid": "one"}),
        jwt.encode({}, "", algorithm="none", headers={"kid": "one"}),
        "nonsense",
        "",
    ):
        assert get(signed(bad)) == UNAUTHORIZED


def test_without_a_portal_nobody_gets_in(portal: Portal, settings: LazySettings) -> None:
    settings.CUSTOMERS_DOT_URL = ""

    assert get(signed(portal.token())) == UNAUTHORIZED


def test_documents_are_cached_and_failures_are_not(portal: Portal) -> None:
    GroupFactory.create(pk=1234)
    portal.broken = True
    assert get(signed(portal.token())) == UNAUTHORIZED
    portal.broken = False
    portal.asked.clear()

    assert [get(signed(portal.token()))[0] for _ in range(3)] == [200, 200, 200]

    assert portal.asked == ["/.well-known/openid-configuration", "/keys"]


@pytest.mark.parametrize(
    "document", [[], "text", {}, {"jwks_uri": "file:///etc/passwd", "issuer": "x"}, None]
)
def test_a_strange_document_lets_nobody_in(portal: Portal, document: Any) -> None:
    portal.document = lambda path: document  # type: ignore[method-assign]

    assert get(signed(portal.token())) == UNAUTHORIZED


def test_an_unreachable_portal_lets_nobody_in(portal: Portal, settings: LazySettings) -> None:
    settings.CUSTOMERS_DOT_URL = "http://127.0.0.1:1"

    assert get(signed(portal.token())) == UNAUTHORIZED


def test_neither_credential_opens_the_other_door(
    customers_dot: CustomersDot, dot: CustomersDot, portal: Portal
) -> None:
    assert get(dot) == UNAUTHORIZED
    assert customers_dot.put("namespaces/1234").status_code == 401


def test_everything_that_the_mirror_does(customers_dot: CustomersDot) -> None:
    GroupFactory.create(pk=1234, path="acme")
    GroupFactory.create(pk=321)
    path = f"{PREFIX}/acme"
    pack = {"number_of_minutes": 5, "expires_at": "2022-01-01", "purchase_xid": "x"}
    dates = {"next_reconciliation_date": "13 Jun 2021", "display_alert_from": "06 Jun 2021"}

    empty = customers_dot.get(f"{path}/gitlab_subscription")
    created = customers_dot.post(f"{path}/gitlab_subscription?start_date=2021-06-13&plan=gold&seats=3")
    updated = customers_dot.put(f"{path}/gitlab_subscription/", json={"seats": 4})
    shown = customers_dot.put(path, json={"shared_runners_minutes_limit": 5})
    bought = customers_dot.post(f"{path}/minutes", json={"packs": [pack]})
    moved = customers_dot.patch(f"{path}/minutes/move/321")
    announced = customers_dot.put(f"{path}/upcoming_reconciliations", json=dates)

    assert empty.json()["plan"]["code"] is None
    assert (created.status_code, created.json()["usage"]["seats_in_subscription"]) == (201, 3)
    assert (updated.status_code, Subscription.objects.get().seats) == (200, 4)
    assert (shown.json()["shared_runners_minutes_limit"], shown.json()["plan"]) == (5, "gold")
    assert (bought.status_code, moved.status_code) == (201, 202)
    assert MinutesPack.objects.get().namespace_id == 321
    assert (announced.status_code, announced.content) == (200, b"200")
    assert UpcomingReconciliation.objects.get().namespace_id == 1234


def test_reconciliations_of_one_namespace(customers_dot: CustomersDot, settings: LazySettings) -> None:
    GroupFactory.create(pk=1234)
    path = f"{PREFIX}/1234/upcoming_reconciliations"
    dates = {"next_reconciliation_date": "13 Jun 2021", "display_alert_from": ""}

    missing = customers_dot.put(path, json={"display_alert_from": "2021-06-06"})
    blank = customers_dot.put(path, json=dates)
    customers_dot.put(path, json={**dates, "display_alert_from": "2021-06-06"})
    withdrawn = customers_dot.delete(path)
    again = customers_dot.delete(path)
    unknown = customers_dot.delete(f"{PREFIX}/99/upcoming_reconciliations")
    settings.GITLAB_COM = False
    gated = customers_dot.delete(path)

    assert (missing.status_code, missing.json()) == (400, {"error": "next_reconciliation_date is missing"})
    assert blank.status_code == 400
    assert blank.json() == {"message": {"error": "Display alert from can't be blank"}}
    assert withdrawn.status_code == 204
    assert (again.status_code, again.json()) == (404, {"message": "404 Not Found"})
    assert unknown.json() == {"message": "404 Namespace Not Found"}
    assert gated.status_code == 403
