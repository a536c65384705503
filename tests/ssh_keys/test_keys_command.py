"""``manage.py keys``."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.directory.models import Project, User
from apps.ssh_keys.models import DeployKeyGrant, Key, KeyKind, UsageType
from tests.commands import facts, lines, run
from tests.factories.directory import GroupFactory, ProjectFactory, UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory, KeyFactory, ed25519_line

pytestmark = pytest.mark.django_db
LINE = f"{ed25519_line(4711)} laptop of bob"


@pytest.fixture
def bob() -> User:
    return UserFactory.create(username="bob")


@pytest.fixture
def project() -> Project:
    return ProjectFactory.create(namespace=GroupFactory.create(path="acme"), path="site")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "id_ed25519.pub"
    path.write_text(f"{LINE}\n")
    return str(path)


def test_a_key_of_a_user_is_stored_under_its_comment(bob: User, file: str) -> None:
    said = run("keys", "add", "--user", "Bob", "--file", file)

    key = Key.objects.get()
    assert said == f"Stored key {key.pk}: laptop of bob (SHA256:{key.fingerprint_sha256})\n"
    assert (key.user, key.kind, key.key, key.expires_at) == (bob, KeyKind.USER_KEY, LINE, None)


def test_a_key_comes_from_standard_input(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(LINE))

    run("keys", "add", "--user=bob", "--title=mine", "--usage=signing", "--expires=2100-01-31")

    key = Key.objects.get()
    assert (key.title, key.usage_type) == ("mine", UsageType.SIGNING)
    assert key.expires_at is not None
    assert key.expires_at.isoformat() == "2100-01-31T00:00:00+00:00"


def test_a_deploy_key_opens_its_project(project: Project, bob: User, file: str) -> None:
    found = facts(
        "keys", "add", "--deploy", "--project=acme/site", "--can-push", "--user=bob", f"--file={file}"
    )

    grant = DeployKeyGrant.objects.get()
    key = grant.key
    assert (grant.project, grant.can_push, key.user, key.kind) == (project, True, bob, KeyKind.DEPLOY_KEY)
    assert found == {
        "id": key.pk,
        "kind": "deploy",
        "user": "bob",
        "title": "laptop of bob",
        "algorithm": "ssh-ed25519",
        "bits": 256,
        "fingerprint": f"SHA256:{key.fingerprint_sha256}",
        "fingerprint_md5": f"MD5:{key.fingerprint_md5}",
        "usage": "auth_and_signing",
        "created_at": found["created_at"],
        "expires_at": None,
        "last_used_at": None,
        "opens": ["acme/site (push)"],
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--user=nobody"], "There is no user nobody."),
        (["--deploy", "--project=no/such"], "There is no project no/such."),
        (["--user=bob", "--expires=2020-01-01"], "expires_at: A new key expires in the future."),
        (["--user=bob", "--file=/no/such.pub"], "/no/such.pub cannot be read"),
        (["--user=bob", "--title", "x" * 256], "title: Ensure this value has at most 255 characters"),
    ],
)
@pytest.mark.usefixtures("bob")
def test_a_key_that_cannot_be_is_not_stored(options: list[str], said: str, file: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run("keys", "add", f"--file={file}", *options)

    assert str(refusal.value).startswith(said)
    assert not Key.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "key: This field cannot be blank."),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "key: This is a private key: never paste it anywhere."),
        ("ssh-ed448 AAAA", "key: Must start with one of: ssh-rsa"),
        ("ssh-ed25519 AAAA", "key: The key is not Base64, or its end is missing."),
        (f"{LINE}\n{LINE}", "key: These are 2 keys: add one at a time."),
        (LINE.rsplit(" ", 3)[0], "title: This field cannot be blank."),
    ],
)
@pytest.mark.usefixtures("bob")
def test_what_is_no_key_is_not_stored(text: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))

    with pytest.raises(CommandError) as refusal:
        run("keys", "add", "--user=bob")

    assert said in str(refusal.value)
    assert "PRIVATE" not in str(refusal.value)
    assert not Key.objects.exists()


@pytest.mark.usefixtures("project")
def test_a_key_is_stored_once_whatever_its_kind(bob: User, file: str) -> None:
    run("keys", "add", "--user=bob", f"--file={file}")
    stored = Key.objects.get()

    with pytest.raises(CommandError) as refusal:
        run("keys", "add", "--deploy", "--project=acme/site", f"--file={file}")

    assert str(refusal.value) == (f"This key is stored already: user key {stored.pk} of @bob, laptop of bob.")
    assert (Key.objects.count(), DeployKeyGrant.objects.count()) == (1, 0)
    assert stored.user == bob


@pytest.mark.parametrize(
    "options", [[], ["--deploy"], ["--user=bob", "--can-push"], ["--user=bob", "--project=acme/site"]]
)
def test_whose_key_it_is_must_be_clear(options: list[str], file: str) -> None:
    with pytest.raises(CommandError, match="--deploy"):
        run("keys", "add", f"--file={file}", *options)


def test_a_key_is_found_by_each_of_its_names(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    key = KeyFactory.create(user=bob, key=LINE)
    KeyFactory.create()
    names = (
        f"SHA256:{key.fingerprint_sha256}",
        key.fingerprint_sha256,
        f"SHA256:{key.fingerprint_sha256}=",
        f"MD5:{key.fingerprint_md5}",
        key.fingerprint_md5.upper(),
        LINE,
        LINE.rsplit(" ", 3)[0],
        "-",
    )

    found = []
    for name in names:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{LINE}\n"))
        found.append(facts("keys", "find", name)["id"])

    assert found == [key.pk] * len(names)
    assert "user             bob" in lines("keys", "find", LINE)


@pytest.mark.parametrize("term", ["SHA256:no", "", "MD5:00", LINE, "\0", "\udcff"])
def test_no_key_is_found(term: str) -> None:
    KeyFactory.create()

    with pytest.raises(CommandError, match=r"There is no such key\."):
        run("keys", "find", term)


def test_keys_are_listed_by_owner_project_and_kind(bob: User, project: Project) -> None:
    own, other = KeyFactory.create(user=bob), KeyFactory.create()
    opens = DeployKeyGrantFactory.create(project=project, key__user=None).key

    def ids(*options: str) -> list[int]:
        return [row["id"] for row in facts("keys", "list", *options)["keys"]]

    assert ids() == [opens.pk, other.pk, own.pk]
    assert ids("--user=bob") == [own.pk]
    assert ids("--project=Acme/Site") == ids("--kind=deploy") == [opens.pk]
    assert ids("--limit=1") == [opens.pk]
    assert lines("keys", "list", "--user=bob", "--kind=deploy") == ["There is no such key."]
    assert lines("keys", "list", "--kind=deploy")[1].endswith("acme/site")
    with pytest.raises(CommandError, match="There is no project no/such"):
        run("keys", "list", "--project=no/such")


def test_keys_are_revoked_all_or_none() -> None:
    first, second = KeyFactory.create(title="a"), KeyFactory.create(title="b")

    with pytest.raises(CommandError, match=r"There is no key 999\."):
        run("keys", "revoke", str(first.pk), "999")
    assert Key.objects.count() == 2

    found = facts("keys", "revoke", str(first.pk), str(second.pk))

    assert [(row["id"], row["title"], row["opens"]) for row in found["revoked"]] == [
        (first.pk, "a", []),
        (second.pk, "b", []),
    ]
    assert not Key.objects.exists()


def test_a_deploy_key_is_granted_projects_and_loses_them(project: Project) -> None:
    key = DeployKeyFactory.create()

    granted = lines("keys", "grant", str(key.pk), "--project=acme/site")
    changed = lines("keys", "grant", str(key.pk), "--project=acme/site", "--can-push")

    assert granted == [f"Key {key.pk} opens acme/site for reading."]
    assert changed == [f"Key {key.pk} opens acme/site for reading and pushing."]
    assert DeployKeyGrant.objects.get().can_push
    assert lines("keys", "withdraw", str(key.pk), "--project=acme/site") == [
        f"Key {key.pk} does not open acme/site any more."
    ]
    with pytest.raises(CommandError, match=f"Key {key.pk} does not open acme/site"):
        run("keys", "withdraw", str(key.pk), "--project=acme/site")


def test_a_deploy_key_without_creator_never_pushes(project: Project, file: str) -> None:
    key = DeployKeyFactory.create(user=None)
    sentence = "A deploy key pushes with the rights of its creator, and this key has none: name a user."

    with pytest.raises(CommandError, match=sentence):
        run("keys", "grant", str(key.pk), "--project=acme/site", "--can-push")
    with pytest.raises(CommandError, match=sentence):
        run("keys", "add", "--deploy", "--project=acme/site", "--can-push", f"--file={file}")
    assert not DeployKeyGrant.objects.exists()
    assert Key.objects.get() == key
    assert lines("keys", "grant", str(key.pk), "--project=acme/site") == [
        f"Key {key.pk} opens acme/site for reading."
    ]


def test_a_private_key_is_refused_and_not_repeated(bob: User, tmp_path: Path) -> None:
    file = tmp_path / "id_ed25519"
    file.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n")

    with pytest.raises(CommandError, match="This is a private key") as refused:
        run("keys", "add", "--user=bob", f"--file={file}")
    assert "b3Blb" not in str(refused.value)


def test_a_file_in_utf_16_is_refused_with_a_sentence(bob: User, tmp_path: Path) -> None:
    file = tmp_path / "windows.pub"
    file.write_bytes(LINE.encode("utf-16"))

    with pytest.raises(CommandError, match="is not UTF-8 text: save it as UTF-8"):
        run("keys", "add", "--user=bob", f"--file={file}")


@pytest.mark.usefixtures("project")
def test_a_users_key_is_granted_nothing(bob: User) -> None:
    key = KeyFactory.create(user=bob)

    with pytest.raises(CommandError, match=f"Key {key.pk} belongs to @bob"):
        run("keys", "grant", str(key.pk), "--project=acme/site")
    assert not DeployKeyGrant.objects.exists()


def test_keys_that_end_soon_are_listed_and_end_the_command_with_1(now: datetime) -> None:
    root = UserFactory.create(username="root")
    robot = DeployKeyFactory.create(user=None, title="robot", expires_at=now + timedelta(days=6))
    key = KeyFactory.create(user=root, title="laptop", expires_at=now + timedelta(days=2))
    KeyFactory.create(expires_at=now + timedelta(days=8))
    KeyFactory.create()
    Key.objects.filter(pk=KeyFactory.create().pk).update(expires_at=now - timedelta(days=1))
    out = io.StringIO()

    with pytest.raises(CommandError) as end:
        call_command("keys", "expiring", stdout=out)

    assert end.value.returncode == 1
    assert out.getvalue().splitlines() == [
        f"{key.expires_at:%Y-%m-%d %H:%M} user key {key.pk} of @root: laptop",
        f"{robot.expires_at:%Y-%m-%d %H:%M} deploy key {robot.pk} of nobody: robot",
    ]
    assert lines("keys", "expiring", "--days=1") == ["No key ends within 1 day."]
    assert facts("keys", "expiring", "--days=1") == {"expiring": []}
