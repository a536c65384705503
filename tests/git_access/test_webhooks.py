"""Telling others about pushes: what is sent, to where, and what happens when it does not arrive."""

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from apps.core.encryption import Encrypted
from apps.core.gitaly.client import Gitaly
from apps.core.jobs.worker import DurableWorker
from apps.directory.models import Project, ProjectStatistics, User
from apps.git_access.models import DeliveryState, LfsObjectLink, PushRecord, Webhook, WebhookDelivery
from apps.git_access.pushes.after import push_events, statistics
from apps.git_access.pushes.after.webhooks import addresses, deliveries, destinations, signatures
from apps.git_access.pushes.after.webhooks.destinations import ForbiddenAddress, NotDelivered
from tests.factories.directory import ProjectFactory, UserFactory
from tests.factories.git_access import (
    LfsObjectFactory,
    PushRecordFactory,
    WebhookDeliveryFactory,
    WebhookFactory,
)

pytestmark = pytest.mark.django_db
BLANK, OLD, NEW = "0" * 40, "a" * 40, "b" * 40


@dataclass
class Receiver:
    """Somebody else's server: what it got, and what it answers."""

    statuses: list[int] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    location: str = ""
    wait: float = 0
    url: str = ""


@contextmanager
def serving(receiver: Receiver) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(receiver.wait)
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"http://localhost:{server.server_port}/hook?x=1"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_ALLOW_PRIVATE_ADDRESSES = True
    with serving(Receiver()) as found:
        yield found


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="rubi", name="Dede")


@pytest.fixture
def project() -> Project:
    return ProjectFactory.create(path="wget2", default_branch="main", repository_exists=True)


def process(project: Project, user: User, *refs: str, **fields: Any) -> PushRecord:
    changes = "".join(f"{OLD} {NEW} {ref}\n" for ref in refs)
    record: PushRecord = PushRecordFactory.create(
        gl_repository=f"project-{project.pk}", user=user, changes=changes, **fields
    )
    with patch.object(Gitaly, "find_default_branch_name", autospec=True, return_value="main"):
        push_events.process(record_id=record.pk, now=timezone.now())
    return record


def refs_told(webhook: Webhook) -> list[str]:
    return [row.payload["data"]["ref"] for row in webhook.deliveries.order_by("position")]


class TestMessages:
    def test_a_message_says_who_pushed_what(self, project: Project, user: User) -> None:
        webhook = WebhookFactory.create(project=project)

        record = process(project, user, "refs/heads/topic", push_options={"ci": {"skip": True}})

        assert webhook.deliveries.get().payload == {
            "type": "push",
            "timestamp": record.received_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "data": {
                "ref": "refs/heads/topic",
                "before": OLD,
                "after": NEW,
                "project": {
                    "id": project.pk,
                    "path_with_namespace": project.full_path,
                    "web_url": f"http://localhost:3001/{project.full_path}",
                },
                "user": {"id": user.pk, "username": "rubi", "name": "Dede"},
                "push_options": {"ci": {"skip": True}},
            },
        }

    def test_each_webhook_is_told_what_it_wants_to_know(self, project: Project, user: User) -> None:
        branches = WebhookFactory.create(project=project)
        tags = WebhookFactory.create(project=project, push_events=False, tag_push_events=True)
        elsewhere = WebhookFactory.create()

        process(project, user, "refs/heads/a", "refs/tags/v1", "refs/heads/b")

        assert refs_told(branches) == ["refs/heads/a", "refs/heads/b"]
        assert refs_told(tags) == ["refs/tags/v1"]
        assert refs_told(elsewhere) == []

    def test_nobody_is_told_about_many_refs(self, project: Project, user: User) -> None:
        webhook = WebhookFactory.create(project=project)

        process(project, user, *(f"refs/heads/{number}" for number in range(4)))

        assert refs_told(webhook) == []

    def test_a_push_is_told_once(self, project: Project, user: User) -> None:
        webhook = WebhookFactory.create(project=project)
        record = process(project, user, "refs/heads/a")

        PushRecord.objects.update(processed_at=None)
        record.events.all().delete()
        with patch.object(Gitaly, "find_default_branch_name", autospec=True, return_value="main"):
            push_events.process(record_id=record.pk, now=timezone.now())

        assert refs_told(webhook) == ["refs/heads/a"]
        path = "apps.git_access.pushes.after.tasks.deliver_webhook"
        assert DBTaskResult.objects.filter(task_path=path).count() == 1


class TestDelivery:
    def test_a_message_is_signed_over_id_time_and_body(self, receiver: Receiver, now: datetime) -> None:
        key = b"0123456789abcdef01234567"
        token = f"whsec_{base64.b64encode(key).decode()}"
        row = WebhookDeliveryFactory.create(
            webhook=WebhookFactory.create(url=receiver.url, secret=Encrypted.of(token))
        )

        deliveries.deliver(delivery_id=row.pk, now=now)

        ((headers, body),) = receiver.requests
        assert json.loads(body) == {"type": "push"}
        assert headers["content-type"] == "application/json"
        assert headers["webhook-id"] == row.message_id
        assert headers["webhook-timestamp"] == str(int(now.timestamp()))
        signed = f"{row.message_id}.{int(now.timestamp())}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        row.refresh_from_db()
        assert (row.state, row.attempts, row.response_status) == ("delivered", 1, 200)

    def test_the_example_of_the_convention_comes_out_as_printed_there(self) -> None:
        headers = signatures.headers(
            secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
            at=1614265330,
            body=b'{"test": 2432232314}',
        )

        assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_without_a_secret_nothing_is_signed(self) -> None:
        assert "webhook-signature" not in signatures.headers(secret="", message_id="m", at=1, body=b"")

    def test_any_other_text_is_a_secret_as_it_stands(self) -> None:
        named = {"message_id": "m", "at": 1, "body": b""}

        assert signatures.headers(secret="whsec_?", **named) != signatures.headers(secret="?", **named)  # type: ignore[arg-type]  # a dict of everything

    def test_what_has_arrived_is_not_sent_again(self, receiver: Receiver, now: datetime) -> None:
        row = WebhookDeliveryFactory.create(webhook=WebhookFactory.create(url=receiver.url))

        for _ in range(2):
            deliveries.deliver(delivery_id=row.pk, now=now)

        assert len(receiver.requests) == 1

    @pytest.mark.parametrize("status", [301, 302, 307, 404, 410, 500])
    def test_any_other_answer_than_2xx_is_a_failure_and_no_redirect_is_followed(
        self, receiver: Receiver, now: datetime, status: int
    ) -> None:
        receiver.statuses, receiver.location = [status], receiver.url
        row = WebhookDeliveryFactory.create(webhook=WebhookFactory.create(url=receiver.url))

        with pytest.raises(NotDelivered):
            deliveries.deliver(delivery_id=row.pk, now=now)

        row.refresh_from_db()
        assert (row.state, row.response_status, len(receiver.requests)) == ("failed", status, 1)

    def test_a_server_that_does_not_answer_is_given_up(
        self, receiver: Receiver, now: datetime, settings: Settings
    ) -> None:
        settings.WEBHOOK_TIMEOUT, receiver.wait = 0.2, 1
        row = WebhookDeliveryFactory.create(webhook=WebhookFactory.create(url=receiver.url))

        with pytest.raises(NotDelivered):
            deliveries.deliver(delivery_id=row.pk, now=now)

        row.refresh_from_db()
        assert row.error.startswith("ReadTimeout")

    @pytest.mark.parametrize("url", ["http://localhost:1/", "gopher://localhost/", "http://", "http://[::1"])
    def test_an_address_that_leads_nowhere_is_a_failure(
        self, receiver: Receiver, now: datetime, url: str
    ) -> None:
        row = WebhookDeliveryFactory.create(webhook=WebhookFactory.create(url=url))

        with pytest.raises(NotDelivered):
            deliveries.deliver(delivery_id=row.pk, now=now)


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",  # noqa: S104 -- an address to refuse
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1%eth0",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::7f00:1",
            # What the registries say and older lists do not.
            "192.0.0.192",
            "192.0.0.8",
            "192.88.99.1",
            "198.19.255.255",
            "240.0.0.1",
            "fec0::1",
            "3fff::1",
            "5f00::1",
            "100::1",
            "100:0:0:1::1",
            "64:ff9b:1::5db8:d822",
            "2001::1",
            "2001:db8::1",
            "2002:5db8:d822::1",
            "4000::1",
        ],
    )
    def test_what_is_not_of_the_public_internet(self, address: str) -> None:
        assert not addresses.is_public(address)

    @pytest.mark.parametrize("address", [
        "93.184.216.34", "192.0.0.9", "192.0.1.1", "192.88.100.1", "2606:2800:220:1::1",
        "64:ff9b::5db8:d822", "::ffff:93.184.216.34", "2001:1::1", "2001:4:112::1",
    ])  # fmt: skip
    def test_what_is(self, address: str) -> None:
        assert addresses.is_public(address)

    @pytest.mark.parametrize(
        ("typed", "sent"),
        [
            ("http://münchen.de/x", "http://xn--mnchen-3ya.de/x"),
            ("https://MÜNCHEN.de:8443/ä?ö=ü", "https://xn--mnchen-3ya.de:8443/%C3%A4?%C3%B6=%C3%BC"),
            ("http://me:pw@例え.jp/", "http://me:pw@xn--r8jz45g.jp/"),
            ("http://straße.de/", "http://xn--strae-oqa.de/"),
            ("http://[::1]:80/x", "http://[::1]:80/x"),
            ("http://example.com/%7Ea", "http://example.com/%7Ea"),
        ],
    )
    def test_addresses_in_any_script_are_sent_as_the_wire_has_them(self, typed: str, sent: str) -> None:
        assert destinations.ascii_url(typed) == sent

    def test_a_message_arrives_at_a_name_in_another_script(
        self, receiver: Receiver, now: datetime, settings: Settings
    ) -> None:
        url = receiver.url.replace("localhost", "münchen.example").replace("127.0.0.1", "münchen.example")
        row = WebhookDeliveryFactory.create(webhook=WebhookFactory.create(url=url))
        port = urlsplit(receiver.url).port
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        with patch.object(socket, "getaddrinfo", return_value=found) as asked:
            deliveries.deliver(delivery_id=row.pk, now=now)

        row.refresh_from_db()
        assert row.state == DeliveryState.DELIVERED
        assert asked.call_args_list[0].args == ("xn--mnchen-3ya.example", port)

    def test_a_name_that_cannot_be_one_ends_as_not_delivered(self, now: datetime) -> None:
        row = WebhookDeliveryFactory.create(webhook=WebhookFactory.create(url="http://ü..de/"))

        with pytest.raises(NotDelivered):
            deliveries.deliver(delivery_id=row.pk, now=now)

        row.refresh_from_db()
        assert row.state == DeliveryState.FAILED

    def test_a_resolver_that_does_not_answer_takes_no_longer_than_the_message_may(
        self, now: datetime, settings: Settings
    ) -> None:
        settings.WEBHOOK_TIMEOUT = 1
        row = WebhookDeliveryFactory.create(webhook=WebhookFactory.create(url="http://slow.example.com/"))
        asleep, started = Event(), time.monotonic()

        with (
            patch.object(socket, "getaddrinfo", side_effect=lambda *_, **__: asleep.wait(30)),
            pytest.raises(NotDelivered, match="not resolved within"),
        ):
            deliveries.deliver(delivery_id=row.pk, now=now)
        asleep.set()

        assert time.monotonic() - started < 5

    def test_one_private_address_among_others_is_enough(self) -> None:
        names = ("93.184.216.34", "10.0.0.1")
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (name, 80)) for name in names]

        with patch.object(socket, "getaddrinfo", return_value=found), pytest.raises(ForbiddenAddress):
            destinations.resolve("mixed.example.com", 80, timeout=5)

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "127.1", "[::ffff:7f00:1]"]
    )
    def test_however_it_is_written_nothing_is_sent_there(
        self, receiver: Receiver, now: datetime, settings: Settings, host: str
    ) -> None:
        settings.WEBHOOKS_ALLOW_PRIVATE_ADDRESSES = False
        url = receiver.url.replace("localhost", host)
        row = WebhookDeliveryFactory.create(webhook=WebhookFactory.create(url=url))

        deliveries.deliver(delivery_id=row.pk, now=now)

        row.refresh_from_db()
        assert (row.state, receiver.requests) == ("refused", [])

    def test_the_connection_goes_to_the_address_that_was_checked(
        self, receiver: Receiver, now: datetime
    ) -> None:
        """A name that means another host a moment later changes nothing: it is asked for once."""
        url = receiver.url.replace("localhost", "rebinding.example.com")
        answers = [[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]]
        row = WebhookDeliveryFactory.create(webhook=WebhookFactory.create(url=url))
        real = socket.getaddrinfo

        def lookup(host: str, *arguments: Any, **options: Any) -> Any:
            return answers.pop(0) if host == "rebinding.example.com" else real(host, *arguments, **options)

        with patch.object(socket, "getaddrinfo", lookup):
            deliveries.deliver(delivery_id=row.pk, now=now)

        ((headers, _),) = receiver.requests
        assert headers["host"].startswith("rebinding.example.com")
        assert answers == []


@pytest.mark.django_db(transaction=True)
def test_a_message_that_fails_is_tried_again_by_the_worker(
    receiver: Receiver, project: Project, user: User
) -> None:
    receiver.statuses = [500]
    webhook = WebhookFactory.create(project=project, url=receiver.url)
    with patch.object(Gitaly, "repository_size", autospec=True, return_value=1024):
        process(project, user, "refs/heads/a")
        worker = {"worker_id": "here", "interval": 0.0, "batch": True}
        DurableWorker(**worker).work()  # type: ignore[arg-type]  # a dict of everything
        delivery = webhook.deliveries.get()
        assert (delivery.state, delivery.attempts) == ("failed", 1)
        DBTaskResult.objects.update(run_after=timezone.now())
        DurableWorker(**worker).work()  # type: ignore[arg-type]  # a dict of everything

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 1
    assert ProjectStatistics.objects.get(project=project).repository_size == 1024


def test_the_size_of_a_project_is_that_of_its_repository_and_of_its_files(project: Project) -> None:
    LfsObjectLink.objects.create(lfs_object=LfsObjectFactory.create(size=7), project=project)
    LfsObjectLink.objects.create(lfs_object=LfsObjectFactory.create(size=5), project=project)
    LfsObjectFactory.create(size=100)

    for _ in range(2):
        with patch.object(Gitaly, "repository_size", autospec=True, return_value=2048):
            statistics.measure(project_id=project.pk, correlation_id="")

    row = ProjectStatistics.objects.get()
    assert (row.repository_size, row.lfs_objects_size) == (2048, 12)


def test_a_project_that_is_gone_is_not_measured() -> None:
    statistics.measure(project_id=404, correlation_id="")

    assert not ProjectStatistics.objects.exists()
    assert not WebhookDelivery.objects.exists()
