"""Users who may not use Git, and what each of them is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from pytest_django import Settings

from apps.directory.models import Project, Terms, TermsAcceptance, User, UserState, UserType
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.directory import UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import GRANTED, member, outcome, pull, push

pytestmark = pytest.mark.django_db

URL = "https://gitlab.example.com"
BLOCKED = "Your account has been blocked."
TERMS = (
    "You (@rubi) must accept the Terms of Service in order to perform this action. To accept these terms, "
    f"please access GitLab from a web browser at {URL}."
)
EXPIRED = "Your password expired. Please access GitLab from a web browser to update your password."
UNCONFIRMED = (
    "Your primary email address is not confirmed. Please check your inbox for the confirmation instructions. "
    f"In case the link is expired, you can request a new confirmation email at {URL}/users/confirmation/new"
)
Row = Callable[[User, datetime], str]
BOTS = [UserType.PROJECT_BOT, UserType.SERVICE_USER, UserType.SERVICE_ACCOUNT]


def internal(user: User, now: datetime) -> str:
    user.user_type = UserType.SUPPORT_BOT
    return "This action cannot be performed by internal users"


def pending(user: User, now: datetime) -> str:
    user.state = UserState.BLOCKED_PENDING_APPROVAL
    return "Your account is pending approval from your administrator and hence blocked."


def terms(user: User, now: datetime) -> str:
    user.terms_acceptances.all().delete()
    return TERMS


def deactivated(user: User, now: datetime) -> str:
    user.state = UserState.DEACTIVATED
    return (
        "Your account has been deactivated by your administrator. Please log back in from a web browser to "
        f"reactivate your account at {URL}"
    )


def unconfirmed(user: User, now: datetime) -> str:
    user.confirmed_at = None
    return UNCONFIRMED


def blocked(user: User, now: datetime) -> str:
    user.state = UserState.BLOCKED
    return BLOCKED


def banned(user: User, now: datetime) -> str:
    user.state = UserState.BANNED
    return BLOCKED


def password_expired(user: User, now: datetime) -> str:
    user.password_expires_at = now
    return EXPIRED


def locked(user: User, now: datetime) -> str:
    user.locked_at = now - timedelta(minutes=9)
    return BLOCKED


# In the contract's order.
ROWS: list[Row] = [
    internal, pending, terms, deactivated, unconfirmed, blocked, banned, password_expired, locked,
]  # fmt: skip
STATES = {pending, deactivated, blocked, banned}


@pytest.fixture(autouse=True)
def _everything_is_required(settings: Settings) -> None:
    settings.INSTANCE_URL = URL
    settings.ENFORCE_TERMS = True
    settings.EMAIL_CONFIRMATION_REQUIRED = True


@pytest.fixture
def accepted(user: User) -> Terms:
    """The latest terms, which the developer has accepted."""
    Terms.objects.create(text="Be kind.")
    latest: Terms = Terms.objects.create(text="Be very kind.")
    TermsAcceptance.objects.create(user=user, terms=latest)
    return latest


@pytest.mark.parametrize("row", ROWS)
def test_each_reason_has_its_text(
    shell: Caller, project: Project, user: User, accepted: Terms, now: datetime, row: Row
) -> None:
    text = row(user, now)
    user.save()

    said = [outcome(ask(shell, user, project)) for ask in (pull, push)]

    assert said == [(401, text)] * 2


def test_without_a_reason_everything_goes(
    shell: Caller, project: Project, user: User, accepted: Terms
) -> None:
    said = [outcome(ask(shell, user, project)) for ask in (pull, push)]

    assert said == [GRANTED] * 2


def test_of_two_reasons_the_first_one_is_told(
    shell: Caller, project: Project, user: User, accepted: Terms, now: datetime
) -> None:
    pairs = [pair for pair in combinations(ROWS, 2) if not set(pair) <= STATES]
    fields = [field.name for field in User._meta.concrete_fields if field.name != "id"]
    healthy = User.objects.filter(pk=user.pk).values(*fields).get()

    for first, second in pairs:
        User.objects.filter(pk=user.pk).update(**healthy)
        TermsAcceptance.objects.get_or_create(user=user, terms=accepted)
        ill = User.objects.get(pk=user.pk)
        text = first(ill, now)
        second(ill, now)
        ill.save()

        response = pull(shell, ill, project)

        assert outcome(response) == (401, text), (first.__name__, second.__name__)


@pytest.mark.parametrize("user_type", [UserType.GHOST, UserType.ALERT_BOT, UserType.SECURITY_BOT])
def test_every_internal_type_is_refused(
    shell: Caller, project: Project, accepted: Terms, user_type: UserType
) -> None:
    user = member(project, 50, user_type=user_type)

    response = pull(shell, user, project)

    assert outcome(response) == (401, "This action cannot be performed by internal users")


@pytest.mark.parametrize("user_type", BOTS)
def test_bots_have_no_passwords_and_accept_no_terms(
    shell: Caller, project: Project, accepted: Terms, now: datetime, user_type: UserType
) -> None:
    bot = member(project, 30, user_type=user_type, password_expires_at=now - timedelta(days=1))

    response = push(shell, bot, project)

    assert outcome(response) == GRANTED


@pytest.mark.parametrize("user_type", BOTS)
def test_bots_are_blocked_and_confirmed_as_people_are(
    shell: Caller, project: Project, user_type: UserType
) -> None:
    bots = [
        member(project, 30, user_type=user_type, state=UserState.BLOCKED),
        member(project, 30, user_type=user_type, confirmed_at=None),
    ]

    said = [outcome(pull(shell, bot, project)) for bot in bots]

    assert said == [(401, BLOCKED), (401, UNCONFIRMED)]


def test_terms_of_before_do_not_suffice(shell: Caller, project: Project, user: User, accepted: Terms) -> None:
    Terms.objects.create(text="Be kinder still.")

    response = pull(shell, user, project)

    assert outcome(response) == (401, TERMS)


@pytest.mark.parametrize("enforced", [True, False])
def test_terms_are_enforced_where_there_are_any_and_it_is_asked_for(
    shell: Caller, project: Project, user: User, settings: Settings, enforced: bool
) -> None:
    settings.ENFORCE_TERMS = enforced
    if not enforced:
        Terms.objects.create(text="Be kind.")

    response = pull(shell, user, project)

    assert outcome(response) == GRANTED


def test_nobody_and_deploy_keys_accept_no_terms(shell: Caller, project: Project, user: User) -> None:
    Terms.objects.create(text="Be kind.")
    Project.objects.filter(pk=project.pk).update(visibility_level=20)
    key: Key = DeployKeyFactory.create(user=user)
    DeployKeyGrantFactory.create(key=key, project=project)

    said = [outcome(pull(shell, by, project)) for by in (None, key)]

    assert said == [GRANTED] * 2


def test_an_unconfirmed_address_matters_only_where_confirmation_is_required(
    shell: Caller, project: Project, settings: Settings
) -> None:
    settings.EMAIL_CONFIRMATION_REQUIRED = False
    user = member(project, 30, confirmed_at=None)

    response = pull(shell, user, project)

    assert outcome(response) == GRANTED


@pytest.mark.parametrize("exception", ["set automatically", "no password login", "still good"])
def test_a_password_that_is_not_used_does_not_expire(
    shell: Caller, project: Project, settings: Settings, now: datetime, exception: str
) -> None:
    settings.PASSWORD_AUTHENTICATION_ENABLED = exception != "no password login"
    user = member(
        project,
        30,
        password_expires_at=now + timedelta(minutes=5 if exception == "still good" else -5),
        password_automatically_set=exception == "set automatically",
    )

    response = pull(shell, user, project)

    assert outcome(response) == GRANTED


def test_a_lock_ends_by_itself(shell: Caller, project: Project, settings: Settings, now: datetime) -> None:
    user = member(project, 30, locked_at=now - timedelta(minutes=11))

    before = outcome(pull(shell, user, project))
    settings.FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES = 20
    after = outcome(pull(shell, user, project))

    assert (before, after) == (GRANTED, (401, BLOCKED))


def test_the_owner_of_a_key_is_tested_as_a_user_is(
    shell: Caller, project: Project, key: Key, accepted: Terms
) -> None:
    User.objects.filter(keys=key).update(state=UserState.BANNED)

    response = pull(shell, key, project)

    assert outcome(response) == (401, BLOCKED)


def test_an_administrator_is_no_exception(shell: Caller, project: Project) -> None:
    admin = UserFactory.create(admin=True, state=UserState.BLOCKED)

    response = pull(shell, admin, project)

    assert outcome(response) == (401, BLOCKED)
