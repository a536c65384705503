"""The commands of every day: users, places, keys, rules and messages; what is refused changes nothing."""

import io
import json
import ssl
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from apps.directory.models import Namespace, Project, RedirectRoute, User, Visibility
from apps.git_access.models import BroadcastMessage, Denial, IpRestriction, ProtectedBranch, PushRule, Webhook
from apps.git_access.pushes.tasks import process_push
from apps.git_access.repositories import containers
from apps.ssh_keys.models import Key
from tests.commands import facts, lines, run
from tests.factories.billing import PlanFactory, SubscriptionFactory
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    PersonalNamespaceFactory,
    ProjectFactory,
    UserFactory,
    subgroup,
)
from tests.factories.git_access import PushRecordFactory
from tests.factories.ssh_keys import KeyFactory, ed25519_line
from tests.git_access.test_webhooks import Receiver, serving
from tests.gitaly.test_double_transport import certificate_of_localhost

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    """Alice, an administrator, and a project of a subgroup."""
    UserFactory.create(username="root", admin=True)
    PersonalNamespaceFactory.create(owner=UserFactory.create(username="alice", email="alice@example.com"))
    tools = subgroup(GroupFactory.create(path="acme"), path="tools")
    ProjectFactory.create(namespace=tools, path="hammer")


@dataclass
class KeysAddress:
    """Somebody's server that lists keys over TLS: where it is, what it answers, what it was asked for."""

    url: str = ""
    status: int = 200
    answer: str = ""
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def keys_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeysAddress]:
    address = KeysAddress()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address.asked.append(self.path)
            self.send_response(address.status)
            self.end_headers()
            with suppress(OSError):  # who has read enough hangs up
                self.wfile.write(address.answer.encode())

        def log_message(self, *_: Any) -> None:
            pass

    key, certificate = certificate_of_localhost()
    (tmp_path / "both.pem").write_bytes(key + certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    address.url = f"https://localhost:{server.server_port}"
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    return str(refusal.value)


class TestUsers:
    def test_fields_are_changed_and_others_stay(self) -> None:
        assert lines("user", "edit", "Alice", "--name=Alice Ahn", "--projects-limit=3") == [
            "@alice: name is Alice Ahn.",
            "@alice: projects_limit is 3.",
        ]
        alice = User.objects.get(username="alice")
        assert (alice.name, alice.projects_limit, alice.email) == ("Alice Ahn", 3, "alice@example.com")

    def test_a_new_name_moves_the_projects_and_former_paths_lead_there(self) -> None:
        ProjectFactory.create(namespace=Namespace.objects.get(path="alice"), path="toys")

        found = facts("user", "rename", "alice", "alina")

        assert found == {"id": User.objects.get(username="alina").pk, "former": "alice", "username": "alina"}
        container = containers.of_path("alice/toys")
        assert container is not None
        assert container.full_path == "alina/toys"

    def test_a_password_is_shown_once_or_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shown = facts("user", "password", "alice")["password"]
        assert User.objects.get(username="alice").check_password(shown)

        monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery staple\n"))
        assert facts("user", "password", "alice", "--stdin") == {"username": "alice"}
        assert User.objects.get(username="alice").check_password("correct horse battery staple")

    def test_administrators_are_made_and_the_last_one_stays(self) -> None:
        assert refused("user", "promote", "root", "--end") == "@root is the last administrator."
        assert lines("user", "promote", "alice") == ["@alice is an administrator."]
        assert lines("user", "promote", "root", "--end") == ["@root is no administrator."]

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["edit", "nobody", "--name=x"], "There is no user nobody."),
            (["edit", "alice", "--email=none"], "email: Enter a valid email address."),
            (["edit", "root", "--email=Alice@example.com"], "email: Alice@example.com is taken."),
            (["edit", "alice"], "Say what to change"),
            (["rename", "alice", "acme"], "username: acme is taken."),
            (["rename", "alice", "admin"], "username: admin is reserved or not legal as a path."),
        ],
    )
    def test_what_cannot_be_is_refused(self, arguments: list[str], said: str) -> None:
        assert said in refused("user", *arguments)
        assert User.objects.get(username="alice").email == "alice@example.com"


class TestPlaces:
    def test_a_project_is_renamed_and_moved_and_its_former_paths_lead_to_it(self) -> None:
        assert lines("project", "rename", "acme/tools/hammer", "anvil") == [
            "acme/tools/hammer is acme/tools/anvil now."
        ]
        assert facts("project", "transfer", "acme/tools/anvil", "acme")["path"] == "acme/anvil"

        for former in ("acme/tools/hammer", "acme/tools/anvil"):
            container = containers.of_path(former)
            assert container is not None
            assert (container.full_path, container.redirected_path) == ("acme/anvil", former)

    def test_a_group_moves_with_all_below_it(self) -> None:
        GroupFactory.create(path="other")

        assert facts("group", "transfer", "acme", "other")["path"] == "other/acme"

        tools = Namespace.objects.get(path="tools")
        assert (tools.full_path, tools.depth) == ("other/acme/tools", 2)
        assert [Namespace.objects.get(pk=pk).path for pk in tools.ancestor_ids] == ["other", "acme", "tools"]
        assert Project.objects.get().full_path == "other/acme/tools/hammer"
        assert lines("group", "transfer", "other/acme/tools", "--top")[0] == "other/acme/tools is tools now."
        assert Namespace.objects.get(path="tools").ancestor_ids == [tools.pk]
        assert RedirectRoute.objects.filter(path="acme/tools/hammer").exists()

    def test_a_dry_run_tries_a_move_and_takes_it_back(self) -> None:
        other = GroupFactory.create(path="other")
        MemberFactory.create(user=User.objects.get(username="alice"), group=other)

        said = lines("group", "transfer", "acme/tools", "other", "--dry-run")

        assert said == [
            "acme/tools would be other/tools now.",
            "Below it: 0 groups, 1 project.",
            "acme has the plan free: 0 seats in use, 0 after.",
            "other has the plan free: 1 seats in use, 1 after.",
            "Nothing was changed: this was a dry run.",
        ]
        assert (
            facts("project", "transfer", "acme/tools/hammer", "other", "--dry-run")["path"] == "other/hammer"
        )
        assert refused("project", "transfer", "acme/tools/hammer", "nowhere", "--dry-run")
        assert Project.objects.get().full_path == "acme/tools/hammer"
        assert Namespace.objects.get(path="tools").depth == 1

    def test_people_take_their_seats_along(self) -> None:
        other, tools = GroupFactory.create(path="other"), Namespace.objects.get(path="tools")
        MemberFactory.create(user=User.objects.get(username="alice"), group=tools)
        SubscriptionFactory.create(namespace=other, plan=PlanFactory.create(code="premium"), seats=5)

        done = facts("group", "transfer", "acme/tools", "other")

        assert done["roots"] == [
            {"path": "acme", "plan": "free", "seats_before": 1, "seats_after": 0},
            {"path": "other", "plan": "premium", "seats_before": 0, "seats_after": 1},
        ]
        assert facts("group", "transfer", "other/tools", "--top")["roots"] == [
            {"path": "tools", "plan": "free", "seats_before": 1, "seats_after": 1},
            {"path": "other", "plan": "premium", "seats_before": 1, "seats_after": 0},
        ]

    def test_a_group_with_a_subscription_stays_at_the_top_until_that_ends(self) -> None:
        GroupFactory.create(path="other")
        acme = Namespace.objects.get(path="acme")
        SubscriptionFactory.create(namespace=acme, plan=PlanFactory.create(code="premium"), end_date=None)

        for words in ([], ["--dry-run"]):
            said = refused("group", "transfer", "acme", "other", *words)
            assert said.startswith("acme has a subscription, premium, which belongs to a top-level group")

        run("subscription", "expire", "acme")
        assert facts("group", "transfer", "acme", "other")["path"] == "other/acme"

    def test_visibility_and_archive(self) -> None:
        Namespace.objects.filter(path__in=["acme", "tools"]).update(visibility_level=Visibility.PUBLIC)

        assert lines("project", "visibility", "acme/tools/hammer", "public") == [
            "acme/tools/hammer is public."
        ]
        assert refused("group", "visibility", "acme", "private").endswith("is seen by more than that.")
        assert lines("group", "archive", "acme") == ["acme is archived."]
        assert lines("group", "archive", "acme") == ["acme is archived already."]
        assert lines("group", "archive", "acme", "--end") == ["acme is not archived."]
        assert facts("project", "archive", "acme/tools/hammer")["archived"]

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["project", "rename", "acme/no", "x"], "There is no project acme/no."),
            (["project", "rename", "acme/tools/hammer", "wikis"], "is reserved or not legal as a path."),
            (["project", "rename", "acme/tools/hammer", "a--b"], "must not repeat such characters"),
            (["project", "transfer", "acme/tools/hammer", "no"], "There is no group or user no."),
            (
                ["project", "visibility", "acme/tools/hammer", "public"],
                "acme/tools is seen by fewer than that.",
            ),
            (["group", "rename", "acme", "alice"], "alice is taken."),
            (["group", "transfer", "acme", "acme/tools"], "acme/tools lies in acme."),
            (["group", "transfer", "acme"], "Name the group above, or --top."),
        ],
    )
    def test_what_cannot_be_is_refused(self, arguments: list[str], said: str) -> None:
        assert said in refused(*arguments)
        assert Project.objects.get().full_path == "acme/tools/hammer"


class TestKeys:
    def test_an_authorized_keys_file_is_imported_whole(self, tmp_path: Path) -> None:
        KeyFactory.create(user=User.objects.get(username="root"), key=ed25519_line(3))
        file = tmp_path / "authorized_keys"
        options = f'command="x",no-pty {ed25519_line(2)}'
        file.write_text(f"# mine\n{ed25519_line(1)}\n\n{options}\n")

        dry = facts("keys", "import", "alice", str(file), "--dry-run")
        assert Key.objects.filter(user__username="alice").count() == 0
        found = facts("keys", "import", "alice", str(file), "--expires=2100-01-01")

        assert dry["stored"] == found["stored"]
        assert len(found["stored"]) == Key.objects.filter(user__username="alice").count() == 2
        assert len(facts("keys", "import", "alice", str(file))["known"]) == 2

    def test_a_line_that_is_no_key_stores_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{ed25519_line(1)}\nnonsense\n"))

        assert refused("keys", "import", "alice").startswith("line 2: ")
        assert not Key.objects.exists()

    def test_keys_are_imported_from_an_address(self, keys_address: KeysAddress) -> None:
        keys_address.answer = f"{ed25519_line(1)}\n{ed25519_line(2)}\n"

        found = facts("keys", "import", "alice", f"{keys_address.url}/alice.keys")

        assert keys_address.asked == ["/alice.keys"]
        assert len(found["stored"]) == Key.objects.filter(user__username="alice").count() == 2

    def test_an_address_without_keys_stores_nothing(
        self, keys_address: KeysAddress, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = f"{keys_address.url}/alice.keys"
        keys_address.answer = "x" * 1_000_001
        assert refused("keys", "import", "alice", url) == f"{url} answers with too much."
        keys_address.status = 404
        assert refused("keys", "import", "alice", url) == f"{url} answers 404."
        monkeypatch.delenv("SSL_CERT_FILE")  # nobody vouches for it now
        assert "certificate verify failed" in refused("keys", "import", "alice", url)
        assert "use https://" in refused("keys", "import", "alice", "http://localhost/alice.keys")
        assert not Key.objects.exists()

    def test_keys_expire(self) -> None:
        key = KeyFactory.create()

        run("keys", "expire", str(key.pk))

        assert Key.objects.get().expired(at=timezone.now())
        assert refused("keys", "expire", "4711").startswith("There is no key 4711")

    def test_a_deploy_key_is_added_listed_and_removed(self, tmp_path: Path) -> None:
        file = tmp_path / "key.pub"
        file.write_text(ed25519_line(5))

        key = facts(
            "deploy-key".replace("-", "_"), "add", "acme/tools/hammer", f"--file={file}", "--title=ci"
        )
        rows = facts("deploy_key", "list", "acme/tools/hammer")["keys"]
        said = lines("deploy_key", "remove", "acme/tools/hammer", str(key["id"]))

        assert rows == [key]
        assert said == [f"Key {key['id']} is deleted."]
        assert not Key.objects.exists()


class TestRules:
    def test_branches_and_tags_are_protected_listed_and_freed(self) -> None:
        path = "acme/tools/hammer"
        rule = facts("branch", "protect", path, "main", "--push=user:alice", "--push=nobody", "--force-push")
        again = facts("branch", "protect", path, "main")

        assert rule == {
            "name": "main", "push": ["@alice", "No one"], "merge": ["Maintainers"], "force_push": True,
        }  # fmt: skip
        assert again["push"] == ["Maintainers"]
        assert ProtectedBranch.objects.count() == 1
        assert facts("tag", "protect", path, "v*", "--create=group:acme") == {
            "name": "v*",
            "create": ["acme"],
        }
        assert facts("tag", "list", path)["rules"] == [{"name": "v*", "create": ["acme"]}]
        assert lines("branch", "unprotect", path, "main") == [f"main of {path} is not protected any more."]
        assert refused("branch", "unprotect", path, "main") == f"{path} has no rule for main."
        assert "whoever names nobody. Say nobody" in refused("tag", "protect", path, "x", "--create=whoever")

    def test_push_rules_are_set_shown_and_cleared(self) -> None:
        owner = "--project=acme/tools/hammer"

        run("push_rule", "set", "max_file_size=5", "commit_message_regex=^JIRA-", owner)
        run("push_rule", "set", "prevent_secrets=yes", owner)

        shown = facts("push_rule", "show", owner)
        assert (shown["max_file_size"], shown["prevent_secrets"]) == (5, True)
        assert shown["commit_message_regex"] == "^JIRA-"
        assert refused("push_rule", "set", "commit_message_regex=(", owner).startswith(
            "commit_message_regex: "
        )
        assert refused("push_rule", "set", "member_check=inherit", owner) == "member_check is yes or no."
        assert refused("push_rule", "set", "color=red", owner).startswith("color is no rule; there are ")
        assert refused("push_rule", "set", "color", owner).startswith("color: NAME=VALUE")
        run("push_rule", "clear", owner)
        assert not PushRule.objects.exists()
        assert refused("push_rule", "show") == "There is no such set of rules."

    def test_ranges_of_a_group(self) -> None:
        run("ip_restriction", "add", "acme", "192.0.2.0/24")

        assert facts("ip_restriction", "list")["ranges"] == [{"group": "acme", "cidr": "192.0.2.0/24"}]
        assert "Not an address range" in refused("ip_restriction", "add", "acme", "abc")
        assert "top-level" in refused("ip_restriction", "add", "acme/tools", "192.0.2.0/24")
        run("ip_restriction", "remove", "acme", "192.0.2.0/24")
        assert not IpRestriction.objects.exists()

    def test_webhooks_are_added_tested_and_removed(self) -> None:
        path = "acme/tools/hammer"
        hook = facts("webhook", "add", path, "http://127.0.0.1:9/hook", "--tags")

        assert facts("webhook", "list", path)["webhooks"] == [hook]
        assert refused("webhook", "test", str(hook["id"])) == "127.0.0.1 has a private address."
        assert "url" in refused("webhook", "add", path, "nonsense").lower()
        run("webhook", "remove", str(hook["id"]))
        assert not Webhook.objects.exists()
        assert refused("webhook", "remove", "1") == "There is no webhook 1."

    @pytest.mark.parametrize(("status", "good"), [(204, True), (500, False)])
    def test_a_webhook_says_what_it_is_answered(self, settings: Settings, status: int, good: bool) -> None:
        settings.WEBHOOKS_ALLOW_PRIVATE_ADDRESSES = True
        with serving(Receiver(statuses=[status])) as receiver:
            hook = facts("webhook", "add", "acme/tools/hammer", receiver.url)
            said = io.StringIO()
            with nullcontext() if good else pytest.raises(CommandError, match="exited with code 1"):
                call_command("webhook", "test", str(hook["id"]), stdout=said)

        assert said.getvalue() == f"{receiver.url} answered {status}.\n"
        ((headers, body),) = receiver.requests
        assert json.loads(body)["type"] == "test"
        assert headers["user-agent"] == "gitlab_internal"

    def test_a_range_is_removed_once(self) -> None:
        assert (
            refused("ip_restriction", "remove", "acme", "192.0.2.0/24") == "acme has no range 192.0.2.0/24."
        )

    def test_everybody_is_told_for_a_time(self) -> None:
        message = facts("broadcast", "send", "Upgrade at 18:00", "--hours=2")

        assert [row["message"] for row in facts("broadcast", "list")["messages"]] == ["Upgrade at 18:00"]
        shown = BroadcastMessage.objects.for_git_clients(at=timezone.now() + timedelta(hours=1))
        assert shown.count() == 1
        run("broadcast", "end", str(message["id"]))
        assert lines("broadcast", "list") == ["There is no message."]
        assert refused("broadcast", "end", str(message["id"])).endswith("that is shown.")


class TestLooking:
    def test_failed_jobs_are_shown_and_run_again(self) -> None:
        job = process_push.enqueue(PushRecordFactory.create().pk, "")
        broken = {
            "status": TaskResultStatus.FAILED,
            "exception_class_path": "a.b.Broken",
            "traceback": "Tr\nBroken",
        }
        DBTaskResult.objects.filter(pk=job.id).update(**broken)

        assert facts("jobs", "list", "--status=failed")["jobs"][0]["error"] == "Broken"
        assert lines("jobs", "show", str(job.id))[-1] == "Broken"
        assert lines("jobs", "retry", str(job.id)) == ["Jobs in the queue again: 1."]
        assert DBTaskResult.objects.ready().count() == 1
        assert refused("jobs", "retry", str(job.id)).startswith("No failed job is called")
        assert facts("jobs", "retry", "--all") == {"restarted": 0}

    def test_refusals_say_who_where_why_when_and_from_where(self) -> None:
        Denial.objects.create(
            user=User.objects.get(username="alice"), project=Project.objects.get(), place="acme/tools/hammer",
            action="git-receive-pack", protocol="ssh", address="192.0.2.1", rule="archived", message="no",
        )  # fmt: skip

        rows = facts("denials", "list", "--user=alice", "--project=acme/tools/hammer", "--hours=1")["denials"]

        expected = ("alice", "acme/tools/hammer", "archived", "192.0.2.1")
        assert [(row["who"], row["where"], row["rule"], row["address"]) for row in rows] == [expected]
        assert lines("denials", "list", "--user=root") == ["Nothing was refused."]

    def test_there_are_so_many_of_everything(self) -> None:
        counted = facts("stats")

        assert (counted["users"], counted["groups"], counted["projects"], counted["keys"]) == (2, 2, 1, 0)

    def test_log_lines_are_chosen_and_read_by_people(self, monkeypatch: pytest.MonkeyPatch) -> None:
        entries: list[dict[str, Any]] = [
            {"time": "2026-11-29T01:02:03Z", "level": "info", "event": "request", "correlation_id": "A"},
            {"time": "2026-11-29T01:02:04Z", "level": "error", "event": "broken", "correlation_id": "B"},
        ]
        text = "\n".join([*map(json.dumps, entries), "Traceback"])

        def shown(*options: str) -> list[str]:
            monkeypatch.setattr("sys.stdin", io.StringIO(text))
            return lines("logs", *options)

        assert shown("--level=error") == ["2026-11-29T01:02:04Z ERROR    broken  correlation_id=B"]
        assert shown("--correlation-id=A") == ["2026-11-29T01:02:03Z INFO     request  correlation_id=A"]
        assert shown()[-1] == "Traceback"
        assert json.loads(shown("--level=error", "--json")[0]) == entries[1]
        monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        (coloured,) = shown("--level=error")
        assert "\x1b[31mERROR" in coloured
        assert "\x1b" not in shown("--level=error", "--json")[0]
        assert refused("logs", "/nowhere") == "/nowhere cannot be read: No such file or directory."
