"""The world of the document's examples."""

import tempfile
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.core.gitaly.repository import project_path
from apps.directory.models import Namespace, Project, User
from apps.git_access.models import BroadcastMessage
from apps.operations.management.commands.seed import Command
from apps.ssh_keys.models import Key
from tests.factories.directory import UserFactory
from tests.gitaly_double.server import running
from tests.gitaly_double.settings import DoubleSettings

pytestmark = pytest.mark.django_db


def seed(*options: str) -> str:
    output = StringIO()
    call_command("seed", *options, stdout=output)
    return output.getvalue()


def rows() -> dict[str, list[dict[str, object]]]:
    own = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in own}


def test_holds_what_the_examples_name() -> None:
    seed()

    assert User.objects.get(pk=1).admin
    assert User.objects.get(pk=7).name == "Dede Eichmann"
    assert User.objects.get(pk=7).otp_required_for_login
    assert User.objects.get(pk=29).is_active
    assert Key.objects.get(pk=7).user_id == 7
    assert Key.objects.get(pk=11).fingerprint_sha256 == "MQHWhS9nhzUezUdD42ytxubZoBKrZLbyBZzxCkmnxXc"
    assert Project.objects.at_path("gnuwget/wget2").get().pk == 3
    assert Project.objects.get(pk=7).namespace.root_id == 2
    assert BroadcastMessage.objects.get().message == "Hello from post-receive"


def test_nobody_can_log_in_before_an_administrator_has_a_password() -> None:
    seed()

    assert not any(user.has_usable_password() for user in User.objects.all())


def test_every_row_is_valid_and_as_saving_it_would_make_it() -> None:
    seed()

    for user in User.objects.all():
        user.full_clean()
    for namespace in Namespace.objects.all():
        assert namespace.traversal == f"{namespace.pk}/"
        assert namespace.full_path == namespace.path
        namespace.full_clean(exclude=["traversal"])
    for project in Project.objects.all():
        assert project.full_path == f"{project.namespace.full_path}/{project.path}"
        project.full_clean()
    for key in Key.objects.all():
        stored = {field.name: getattr(key, field.name) for field in Key._meta.fields}
        key.read()
        assert {field.name: getattr(key, field.name) for field in Key._meta.fields} == stored


def test_new_rows_get_ids_behind_the_seeded_ones() -> None:
    seed()

    assert UserFactory.create().pk > 29
    assert Namespace.objects.create(path="later", name="later").route.pk > 1234


def test_seeding_again_changes_nothing() -> None:
    seed()
    before = rows()

    output = seed()

    assert output == "Not seeded: the directory is not empty.\n"
    assert rows() == before


def test_a_directory_with_own_users_is_left_alone() -> None:
    UserFactory.create()

    seed()

    assert User.objects.count() == 1


def test_force_loads_beside_own_rows() -> None:
    UserFactory.create(pk=500, username="somebody")

    seed("--force")

    assert User.objects.filter(username__in=["somebody", "root"]).count() == 2


def test_force_overwrites_no_row() -> None:
    seed()
    User.objects.filter(pk=1).update(password="changed since")

    with pytest.raises(CommandError, match=r"these rows exist already: directory\.User 1"):
        seed("--force")

    assert User.objects.get(pk=1).password == "changed since"


def test_force_loads_all_or_nothing() -> None:
    UserFactory.create(pk=500, username="Root")

    with pytest.raises(CommandError, match="Nothing was loaded"):
        seed("--force")

    assert User.objects.count() == 1


def test_says_that_repositories_wait_for_gitaly(settings: Settings) -> None:
    settings.GITALY_STORAGES = {}

    assert seed().splitlines()[-1] == (
        "No repositories: no server for storage default; 'manage.py seed --repositories' makes them."
    )


def test_who_asks_for_repositories_is_told_where_nobody_listens(tmp_path: Path, settings: Settings) -> None:
    settings.GITALY_STORAGES = {"default": {"address": f"unix:{tmp_path}/gitaly.socket"}}

    assert seed().splitlines()[-1] == (
        "No repositories: no Gitaly answers yet; 'manage.py seed --repositories' makes them."
    )
    assert f"{tmp_path}/gitaly.socket" in seed("--repositories")


def test_gitaly_makes_the_repositories_of_the_projects(tmp_path: Path, settings: Settings) -> None:
    seed()
    with tempfile.TemporaryDirectory(prefix="seed-") as runtime:
        double = DoubleSettings(storages={"default": tmp_path}, runtime=Path(runtime))
        settings.GITALY_STORAGES = {"default": {"address": f"unix:{double.socket}"}}
        with running(double):
            first = seed("--repositories")
            second = seed("--repositories")

    assert first == second == "Gitaly has the repositories of 2 projects.\n"
    assert (tmp_path / project_path(3) / "HEAD").is_file()


def test_numbers_without_scale_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        Command().run_from_argv(["manage.py", "seed", "--users", "5"])  # type: ignore[no-untyped-call]

    assert end.value.code == 2
    assert "Invalid value: --users counts with --scale only." in capsys.readouterr().err
