"""What the instance as a whole allows: one-time passwords, protocols, read-only times."""

import pytest
from pytest_django import Settings

from apps.core.shared_store.store import store
from apps.directory.models import Namespace, Project, User
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.directory import ProjectFactory, subgroup
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import (
    ARCHIVE,
    GRANTED,
    NO_PROJECT,
    PULL,
    PUSH,
    Outcome,
    ask,
    line,
    member,
    outcome,
    pull,
    push,
)

pytestmark = pytest.mark.django_db

MAINTENANCE: Outcome = (
    401,
    "Git push is not allowed because this GitLab instance is currently in (read-only) maintenance mode.",
)
READ_ONLY: Outcome = (401, "You can't push code to a read-only GitLab instance.")


def otp(command: str) -> Outcome:
    return 401, f"OTP verification is required to access the repository.\n\n   Use: {command}"


def over(protocol: str) -> Outcome:
    return 401, f"Git access over {protocol} is not allowed"


class TestOneTimePasswords:
    @pytest.fixture(autouse=True)
    def _enforced(self, settings: Settings, user: User) -> None:
        settings.GIT_TWO_FACTOR_ENFORCEMENT = True
        settings.SSH_HOST = "gitlab.example.com"
        User.objects.filter(pk=user.pk).update(otp_required_for_login=True)

    @pytest.mark.parametrize(
        ("account", "command"),
        [
            (("git", 22), "ssh git@gitlab.example.com 2fa_verify"),
            (("git", 2222), "ssh git@gitlab.example.com -p 2222 2fa_verify"),
            (("", 22), "ssh gitlab.example.com 2fa_verify"),
            (("", 2222), "ssh gitlab.example.com -p 2222 2fa_verify"),
        ],
    )
    def test_the_text_says_how_to_show_one(
        self,
        shell: Caller,
        project: Project,
        key: Key,
        settings: Settings,
        account: tuple[str, int],
        command: str,
    ) -> None:
        settings.SSH_USER, settings.SSH_PORT = account

        said = [outcome(ask(shell, action, key, project)) for action in (PULL, PUSH, ARCHIVE)]

        assert said == [otp(command)] * 3

    def test_one_that_was_shown_for_the_key_suffices(self, shell: Caller, project: Project, key: Key) -> None:
        store().put(f"otp_session:{key.pk}", "1", lifetime=60)

        response = pull(shell, key, project)

        assert outcome(response) == GRANTED

    def test_one_that_was_shown_for_another_key_does_not(
        self, shell: Caller, project: Project, key: Key
    ) -> None:
        store().put(f"otp_session:{key.pk + 1}", "1", lifetime=60)

        response = pull(shell, key, project)

        assert outcome(response) == otp("ssh git@gitlab.example.com 2fa_verify")

    @pytest.mark.parametrize("protocol", ["http", "web"])
    def test_only_ssh_asks_for_one(self, shell: Caller, project: Project, key: Key, protocol: str) -> None:
        response = pull(shell, key, project, protocol=protocol)

        assert outcome(response) == GRANTED

    def test_only_keys_of_people_with_two_factors_need_one(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        deploy_key = DeployKeyFactory.create(user=user)
        DeployKeyGrantFactory.create(key=deploy_key, project=project)
        colleague = member(project, 30)

        said = [outcome(pull(shell, by, project)) for by in (user, deploy_key, colleague)]

        assert said == [GRANTED] * 3

    def test_without_enforcement_nobody_is_asked(
        self, shell: Caller, project: Project, key: Key, settings: Settings
    ) -> None:
        settings.GIT_TWO_FACTOR_ENFORCEMENT = False

        response = pull(shell, key, project)

        assert outcome(response) == GRANTED


class TestProtocols:
    @pytest.mark.parametrize("of", ["instance", "group"])
    @pytest.mark.parametrize(
        ("only", "asked", "said"),
        [
            ("", "ssh", GRANTED),
            ("", "http", GRANTED),
            ("ssh", "ssh", GRANTED),
            ("ssh", "http", over("HTTP")),
            ("http", "ssh", over("SSH")),
            ("http", "http", GRANTED),
            ("ssh", "web", GRANTED),
            ("http", "web", GRANTED),
        ],
    )
    def test_one_protocol_may_be_the_only_one(
        self, shell: Caller, settings: Settings, of: str, only: str, asked: str, said: Outcome
    ) -> None:
        project = ProjectFactory.create(visibility_level=20, repository_exists=True)
        if of == "instance":
            settings.ENABLED_GIT_ACCESS_PROTOCOL = only
        else:
            Namespace.objects.update(enabled_git_access_protocol=only)

        response = pull(shell, None, project, protocol=asked)

        assert outcome(response) == said

    def test_instance_and_group_both_have_a_say(
        self, shell: Caller, project: Project, user: User, settings: Settings
    ) -> None:
        settings.ENABLED_GIT_ACCESS_PROTOCOL = "ssh"
        Namespace.objects.update(enabled_git_access_protocol="http")

        said = [outcome(pull(shell, user, project, protocol=asked)) for asked in ("ssh", "http", "web")]

        assert said == [over("SSH"), over("HTTP"), GRANTED]

    def test_only_the_uppermost_group_has_a_say(self, shell: Caller, group: Namespace) -> None:
        nested = subgroup(group, enabled_git_access_protocol="http")
        project = ProjectFactory.create(namespace=nested, visibility_level=20, repository_exists=True)

        before = outcome(pull(shell, None, project))
        Namespace.objects.filter(pk=group.pk).update(enabled_git_access_protocol="http")
        after = outcome(pull(shell, None, project))

        assert (before, after) == (GRANTED, over("SSH"))

    def test_a_group_says_nothing_about_a_project_that_is_not_there(
        self, shell: Caller, group: Namespace
    ) -> None:
        Namespace.objects.update(enabled_git_access_protocol="http")

        said = [outcome(pull(shell, None, path)) for path in ("gnuwget/none", "nobody/none")]

        assert said == [(404, NO_PROJECT)] * 2

    @pytest.mark.parametrize(
        ("off", "action", "protocol", "said"),
        [
            ("UPLOAD_PACK", PULL, "http", (401, "Pulling over HTTP is not allowed.")),
            ("UPLOAD_PACK", PUSH, "http", GRANTED),
            ("UPLOAD_PACK", ARCHIVE, "http", GRANTED),
            ("UPLOAD_PACK", PULL, "ssh", GRANTED),
            ("UPLOAD_PACK", PULL, "web", GRANTED),
            ("RECEIVE_PACK", PUSH, "http", (401, "Pushing over HTTP is not allowed.")),
            ("RECEIVE_PACK", PULL, "http", GRANTED),
            ("RECEIVE_PACK", ARCHIVE, "http", GRANTED),
            ("RECEIVE_PACK", PUSH, "ssh", GRANTED),
            ("RECEIVE_PACK", PUSH, "web", GRANTED),
        ],
    )
    def test_pulling_and_pushing_over_http_may_be_off(
        self,
        shell: Caller,
        settings: Settings,
        off: str,
        action: str,
        protocol: str,
        said: Outcome,
    ) -> None:
        setattr(settings, off, False)
        project = ProjectFactory.create(visibility_level=20, repository_exists=True)

        response = ask(shell, action, member(project, 30), project, protocol=protocol)

        assert outcome(response) == said


class TestReadOnlyTimes:
    @pytest.mark.parametrize(
        ("setting", "text"), [("MAINTENANCE_MODE", MAINTENANCE), ("READ_ONLY", READ_ONLY)]
    )
    def test_nothing_is_pushed_and_everything_pulled(
        self, shell: Caller, project: Project, user: User, settings: Settings, setting: str, text: Outcome
    ) -> None:
        setattr(settings, setting, True)

        said = [
            outcome(push(shell, user, project)),
            outcome(push(shell, user, project, changes=line("refs/heads/x"))),
            outcome(push(shell, user, project, gl_repository=f"wiki-{project.pk}")),
            outcome(pull(shell, user, project)),
            outcome(ask(shell, ARCHIVE, user, project)),
        ]

        assert said == [text, text, text, GRANTED, GRANTED]
