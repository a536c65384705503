"""``manage.py directory``: the directory goes to another instance."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.gitaly.repository import project_path
from apps.directory import paths
from apps.directory.models import (
    AccessLevel,
    Member,
    Namespace,
    PersonalAccessToken,
    Project,
    Route,
    User,
    UserState,
    UserType,
    Visibility,
)
from apps.git_access.models import (
    BranchRight,
    ProtectedBranch,
    ProtectedBranchAccess,
    ProtectedTag,
    ProtectedTagAccess,
    PushRule,
    PushRuleScope,
)
from apps.operations.transfer import importing
from apps.operations.transfer.kinds import KINDS
from apps.ssh_keys.models import Key, SshCertificateAuthority
from tests.commands import facts, run
from tests.factories.directory import (
    EmailFactory,
    GroupFactory,
    GroupGroupLinkFactory,
    MemberFactory,
    PersonalAccessTokenFactory,
    PersonalNamespaceFactory,
    ProjectAliasFactory,
    ProjectFactory,
    ProjectGroupLinkFactory,
    UserFactory,
    subgroup,
)
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory, KeyFactory, ed25519_line

pytestmark = pytest.mark.django_db
HEADER = '{"format":"gitlab-internal directory","version":1}'
THEN = datetime(2024, 2, 29, 12, 30, 0, 250000, tzinfo=UTC)


def fill() -> None:
    """Make a directory with every kind of row, and something in most of their fields."""
    root = UserFactory.create(username="Root", admin=True, otp_required_for_login=True)
    bob = UserFactory.create(username="bob", state=UserState.BLOCKED, last_activity_on=date(2024, 2, 29))
    UserFactory.create(username="ghost", user_type=UserType.GHOST, email="", confirmed_at=None)
    EmailFactory.create(user=bob, email="Bob@second.example.com", confirmed_at=THEN)
    home = PersonalNamespaceFactory.create(owner=root)
    top = GroupFactory.create(path="acme", visibility_level=Visibility.PUBLIC, lfs_enabled=False)
    tools = subgroup(subgroup(top, path="dev"), path="tools", repository_size_limit=10**12)
    site = ProjectFactory.create(namespace=top, path="site", name="The “site”", creator=bob)
    deep = ProjectFactory.create(namespace=tools, path="deep", default_branch="", disk_path="@old/deep")
    ProjectFactory.create(namespace=home, path="dotfiles", last_repository_updated_at=THEN)
    paths.rename_project(deep, path="deeper")
    ProjectAliasFactory.create(name="Short", project=site)
    fill_members(root, bob, top, tools, site)
    fill_keys(root, bob, top, site, deep)
    PersonalAccessTokenFactory.create(user=root)


def fill_members(root: User, bob: User, top: Namespace, tools: Namespace, site: Project) -> None:
    MemberFactory.create(user=root, group=top, access_level=AccessLevel.OWNER)
    MemberFactory.create(user=bob, project=site, expires_at=date(2030, 1, 31), requested_at=THEN)
    MemberFactory.create(user=None, invite_email="eve@example.com", group=tools)
    GroupGroupLinkFactory.create(shared_group=top, shared_with_group=tools, expires_at=date(2030, 1, 31))
    ProjectGroupLinkFactory.create(project=site, group=tools, group_access=AccessLevel.REPORTER)


def fill_keys(root: User, bob: User, top: Namespace, site: Project, deep: Project) -> None:
    KeyFactory.create(user=bob, expires_at=datetime(2100, 1, 1, tzinfo=UTC), last_used_at=THEN)
    Key.objects.filter(pk=KeyFactory.create(user=root).pk).update(expires_at=THEN)  # has expired since
    robot = DeployKeyFactory.create(user=root, title="robot")
    DeployKeyGrantFactory.create(key=robot, project=site, can_push=True)
    DeployKeyGrantFactory.create(key=robot, project=deep)
    SshCertificateAuthority.objects.create(group=top, title="authority", key=ed25519_line(99_999))
    branch = ProtectedBranch.objects.create(project=site, name="release-*", allow_force_push=True)
    for row in ({"access_level": 0}, {"user": bob}, {"group": top}, {"deploy_key": robot}):
        ProtectedBranchAccess.objects.create(rule=branch, right=BranchRight.PUSH, **row)
    tag = ProtectedTag.objects.create(project=deep, name="v*")
    ProtectedTagAccess.objects.create(rule=tag, access_level=40)
    PushRule.objects.create(scope=PushRuleScope.INSTANCE, max_file_size=10, prevent_secrets=True)
    PushRule.objects.create(scope=PushRuleScope.GROUP, group=top, branch_name_regex="^[a-z]+$")
    PushRule.objects.create(scope=PushRuleScope.PROJECT, project=site, commit_committer_check=False)


def empty() -> None:
    for kind in reversed(KINDS):
        kind.model._default_manager.all().delete()


def exported(*options: str) -> list[str]:
    return run("directory", "export", *options).splitlines()


@pytest.fixture
def stream(tmp_path: Path) -> Any:
    """Write records under a header; return the name of the file."""

    def write(*records: dict[str, Any] | str) -> str:
        texts = (record if isinstance(record, str) else json.dumps(record) for record in records)
        path = tmp_path / "export.jsonl"
        path.write_text("\n".join([HEADER, *texts]))
        return str(path)

    return write


def user(**fields: Any) -> dict[str, Any]:
    return {
        "type": "user",
        "username": "bob",
        "name": "Bob",
        "email": "bob@example.com",
        "confirmed_at": None,
        "state": "active",
        "user_type": "human",
        "admin": False,
        "external": False,
        "password_expires_at": None,
        "password_automatically_set": False,
        "projects_limit": 10,
        "last_activity_on": None,
        "otp_required_for_login": False,
        "created_at": "2024-02-29T12:30:00Z",
        **fields,
    }


def key(line: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": "key",
        "fingerprint": "",
        "user": None,
        "kind": "deploy",
        "title": "robot",
        "key": line,
        "usage_type": "auth",
        "created_at": "2024-02-29T12:30:00Z",
        "expires_at": None,
        "last_used_at": None,
        **fields,
    }


def test_an_empty_instance_becomes_the_same(tmp_path: Path) -> None:
    fill()
    before = exported()
    ids = set(Project.objects.values_list("pk", flat=True))
    path = tmp_path / "directory.jsonl"
    facts("directory", "export", str(path))
    empty()

    found = facts("directory", "import", str(path))

    assert exported() == before
    assert {json.loads(line)["type"] for line in before[1:]} == {kind.name for kind in KINDS}
    assert sum(row["created"] for row in found["types"]) == len(before) - 1
    assert not ids & set(Project.objects.values_list("pk", flat=True))
    assert not User.objects.get(username="Root").has_usable_password()
    assert Route.objects.count() == Namespace.objects.count() + Project.objects.count()
    assert Namespace.objects.at_path("acme/dev/tools").get().depth == 2


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    fill()
    path = tmp_path / "directory.jsonl"
    run("directory", "export", str(path))
    before = exported()

    found = facts("directory", "import", str(path))

    assert {(row["created"], row["changed"]) for row in found["types"]} == {(0, 0)}
    assert exported() == before


def test_the_text_is_the_same_on_every_database() -> None:
    root = UserFactory.create(username="root", name="Rööt", email="root@example.com", confirmed_at=None)
    User.objects.update(created_at=THEN)
    PersonalNamespaceFactory.create(owner=root, created_at=THEN)
    line = ed25519_line(1)
    stored = KeyFactory.create(user=root, key=line, title="laptop", created_at=THEN)

    assert exported() == [
        HEADER,
        '{"type":"user","username":"root","name":"Rööt","email":"root@example.com","confirmed_at":null,'
        '"state":"active","user_type":"human","admin":false,"external":false,"password_expires_at":null,'
        '"password_automatically_set":false,"projects_limit":100000,"last_activity_on":null,'
        '"otp_required_for_login":false,"created_at":"2024-02-29T12:30:00.250000Z"}',
        '{"type":"namespace","path":"root","owner":"root","kind":"user","name":"Rööt","visibility_level":0,'
        '"archived":false,"share_with_group_lock":false,"lfs_enabled":null,"project_creation_level":null,'
        '"default_branch_protection":null,"repository_size_limit":null,"enabled_git_access_protocol":"",'
        '"enforce_ssh_certificates":false,"wiki_access_level":20,"wiki_repository_exists":null,'
        '"repository_read_only":false,"created_at":"2024-02-29T12:30:00.250000Z"}',
        f'{{"type":"key","fingerprint":"{stored.fingerprint_sha256}","user":"root","kind":"user",'
        f'"title":"laptop","key":"{line}","usage_type":"auth_and_signing",'
        '"created_at":"2024-02-29T12:30:00.250000Z","expires_at":null,"last_used_at":null}',
    ]


def test_no_secret_travels_unless_hashes_are_wished_for() -> None:
    fill()
    token = PersonalAccessToken.objects.get()
    root = User.objects.get(username="Root")

    without, with_hashes = "\n".join(exported()), "\n".join(exported("--with-password-hashes"))

    assert root.password not in without
    assert root.password in with_hashes
    assert token.token_digest not in with_hashes


def test_password_hashes_let_people_log_in_where_they_go(stream: Any) -> None:
    source = UserFactory.build()
    source.set_password("correct horse")

    run("directory", "import", stream(user(password=source.password)))

    assert User.objects.get().check_password("correct horse")


def test_a_repository_is_found_where_it_lies() -> None:
    project = ProjectFactory.create()
    lies_at = project_path(project.pk)
    text = "\n".join(exported())
    empty()

    run_with_input(text)

    imported = Project.objects.get()
    assert imported.pk != project.pk
    assert f"{imported.disk_path}.git" == lies_at


def run_with_input(text: str, *options: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(text))
        return run("directory", "import", "-", *options)


def test_what_differs_is_changed_and_what_is_more_stays(stream: Any) -> None:
    existing = UserFactory.create(username="BOB", name="Robert", email="old@example.com", admin=True)
    UserFactory.create(username="eve")

    found = facts("directory", "import", stream(user()))

    existing.refresh_from_db()
    assert found == {
        "dry_run": False,
        "types": [{"type": "user", "created": 0, "changed": 1, "unchanged": 0}],
    }
    assert (existing.username, existing.name, existing.email, existing.admin) == (
        "BOB",
        "Bob",
        "bob@example.com",
        False,
    )
    assert User.objects.count() == 2


def test_a_dry_run_says_what_would_be_done_and_does_not_do_it(stream: Any) -> None:
    said = run("directory", "import", stream(user()), "--dry-run").splitlines()

    assert said == [
        "TYPE  CREATED  CHANGED  UNCHANGED",
        "user  1        0        0",
        "Nothing was changed: this was a dry run.",
    ]
    assert not User.objects.exists()


def test_a_dry_run_only_reads_and_says_what_an_import_does(tmp_path: Path) -> None:
    fill()
    path = tmp_path / "directory.jsonl"
    run("directory", "export", str(path))
    empty()

    with CaptureQueriesContext(connection) as queries:
        rehearsed = facts("directory", "import", str(path), "--dry-run")
    imported = facts("directory", "import", str(path))

    # Django checks a constraint in a savepoint, here within the test's transaction.
    reading = ("SELECT", "DECLARE", "SAVEPOINT", "RELEASE SAVEPOINT")  # PostgreSQL declares a cursor
    assert [query["sql"] for query in queries if not query["sql"].startswith(reading)] == []
    assert rehearsed["types"] == imported["types"]


def test_an_import_goes_in_short_transactions(stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    users = [user(username=f"u{number}", email=f"u{number}@example.com") for number in range(5)]

    with CaptureQueriesContext(connection) as queries:
        run("directory", "import", stream(*users))

    # Within the test's own transaction each one is a savepoint.
    begun = [query["sql"] for query in queries if query["sql"].startswith("SAVEPOINT")]
    assert len(begun) >= 3
    assert User.objects.count() == 5


GOOD = ed25519_line(1)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("no JSON", "line 3: not a JSON object with one of the types user, email, namespace"),
        ("[]", "line 3: not a JSON object with one of the types"),
        ({"type": "spaceship"}, "line 3: not a JSON object with one of the types"),
        ({"type": "email"}, "line 3: email: lacks confirmed_at, email, user."),
        (user(color="red"), "line 3: user: has unknown color."),
        (user(), "line 3: user bob: the same as line 2."),
        (user(username="BOB"), "line 3: user BOB: the same as line 2."),
        (user(username="eve", email="Bob@example.com"), "line 3: user eve: line 2 has this address."),
        (
            user(username="eve", state="happy"),
            "line 3: user eve: state: Value 'happy' is not",
        ),
        (user(username="eve", email=""), ""),
        (user(username="eve", email="none"), "line 3: user eve: email: Enter a valid email address."),
        (user(username="eve", projects_limit="ten"), "line 3: user eve: projects_limit: “ten” value must be"),
        (
            user(username="admin", email=""),
            "line 3: user admin: the name is reserved or not legal",
        ),
        (user(username="eve", created_at="2024-02-29T12:30:00"), "a time without its zone."),
        (user(username="eve", created_at="29.2.2024"), "line 3: user eve: created_at: “29.2.2024” value has"),
        (
            user(username="eve", admin=None),
            "line 3: user eve: admin: “None” value must be",
        ),
        (user(username="eve", name="a\0b"), "line 3: user eve: name: no database stores this text."),
        (user(username="eve\ud800"), "username: no database stores this text."),
        ("[" * 100_000, "line 3: not a JSON object with one of the types"),
        (user(username=["eve"]), "line 3: user ['eve']:"),
        (user(username="eve", email="", password=5), "line 3: user eve: password: not a text."),
        (
            {"type": "email", "email": "b@x.org", "user": "eve", "confirmed_at": None},
            "line 3: email b@x.org: there is no user eve, and no line before makes one.",
        ),
        (
            {"type": "email", "email": "b@x.org", "user": None, "confirmed_at": None},
            "line 3: email b@x.org: user is missing.",
        ),
        (key("ssh-ed25519 AAAA"), "key: The key is not Base64, or its end is missing."),
        (key(GOOD, fingerprint="x"), "line 3: key x: the fingerprint is not that of the key."),
        (
            {"type": "project_share", "project": "a/b", "group": "c", "group_access": 30, "expires_at": None},
            "line 3: project_share a/b c: there is no project a/b",
        ),
    ],
)
def test_a_fault_is_told_with_its_line_and_nothing_is_changed(record: Any, said: str, stream: Any) -> None:
    if not said:
        facts("directory", "import", stream(user(), record))
        return

    with pytest.raises(CommandError) as refusal:
        run("directory", "import", stream(user(), record))

    assert said in str(refusal.value)
    assert not User.objects.exists()


def test_all_faults_are_told_at_once_and_not_more_than_a_hundred(stream: Any) -> None:
    bad = (user(state="a"), user(username="eve", email="e"), user(username="x/y", email=""))

    with pytest.raises(CommandError) as refusal:
        run("directory", "import", stream(*bad))
    assert [line.split(":")[0] for line in str(refusal.value).splitlines()] == ["line 2", "line 3", "line 4"]

    with pytest.raises(CommandError) as refusal:
        run("directory", "import", stream(*["{}"] * 150))
    assert len(str(refusal.value).splitlines()) == 101


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("", "line 2: the first line of an export is"),
        ("{}", "line 1: the first line of an export is"),
        (HEADER.replace("1}", "2}"), "line 1: this is version 2, not 1."),
    ],
)
def test_what_is_no_export_is_refused(first: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text(f"{first}\n{json.dumps(user())}\n")

    with pytest.raises(CommandError, match=said):
        run("directory", "import", str(path))
    with pytest.raises(CommandError, match="cannot be read"):
        run("directory", "import", str(tmp_path / "missing"))

    assert not User.objects.exists()


def test_what_only_the_database_knows_is_told_with_its_line_too(stream: Any) -> None:
    UserFactory.create(username="eve", email="Bob@example.com")

    with pytest.raises(CommandError, match=r"line 3: user bob: .*user_email_unique"):
        run("directory", "import", stream(user(username="ann", email="ann@example.com"), user()))

    assert User.objects.get().username == "eve"


def test_a_key_does_not_change_its_owner(stream: Any) -> None:
    stored = KeyFactory.create(key=GOOD)

    with pytest.raises(CommandError, match="it is there with another kind"):
        run("directory", "import", stream(key(GOOD, fingerprint=stored.fingerprint_sha256)))

    assert Key.objects.get().user == stored.user


def test_a_place_is_taken_by_one_thing(stream: Any) -> None:
    fill()
    lines = exported()
    project = json.loads(next(line for line in lines if '"path":"acme/site"' in line))
    group = json.loads(next(line for line in lines if '"path":"acme"' in line))

    with pytest.raises(CommandError, match="namespace acme/site: a project has this path"):
        run("directory", "import", stream({**group, "path": "acme/site"}))
    with pytest.raises(CommandError, match="project acme/dev: a namespace has this path"):
        run("directory", "import", stream({**project, "path": "acme/dev"}))
    with pytest.raises(CommandError, match="project no/site: there is no namespace no"):
        run("directory", "import", stream({**project, "path": "no/site"}))
    with pytest.raises(CommandError, match="a user's namespace has an owner, and a group has none"):
        run("directory", "import", stream({**group, "path": "other", "owner": "bob"}))


def test_an_export_makes_a_new_file_that_others_cannot_read(tmp_path: Path) -> None:
    UserFactory.create()
    path = tmp_path / "directory.jsonl"

    assert run("directory", "export", str(path)) == f"1 record in {path}.\n"

    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="File exists"):
        run("directory", "export", str(path))
    with pytest.raises(CommandError, match="standard output is the export itself"):
        run("directory", "export", "--json")


def test_memberships_that_were_asked_for_stay_questions() -> None:
    fill()
    text = "\n".join(exported())
    empty()

    run_with_input(text)

    asked = Member.objects.get(requested_at__isnull=False)
    assert (asked.requested_at, asked.expires_at) == (THEN, date(2030, 1, 31))
    assert Member.objects.get(user=None).invite_email == "eve@example.com"


def test_a_project_of_a_storage_that_nobody_serves_is_refused(tmp_path: Path) -> None:
    ProjectFactory.create(storage="moon")
    stream = tmp_path / "stream"
    stream.write_text(run("directory", "export"))

    with pytest.raises(CommandError) as refusal:
        run("directory", "import", str(stream))

    assert str(refusal.value) == ("No Gitaly is configured for storage moon: GITALY_STORAGES names storages.")
