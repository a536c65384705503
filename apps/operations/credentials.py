"""What an instance's token files mean in its database, and the administrator's first password."""

import secrets
from collections.abc import Callable

from apps.agent import tokens
from apps.agent.models import Agent, AgentToken
from apps.directory import access_tokens
from apps.directory.models import PersonalAccessToken, User
from apps.operations import folder

ADMINISTRATOR = "root"
ADMIN_TOKEN_NAME = "admin_token"  # noqa: S105 -- the token's name in the database
EXAMPLE_AGENT = 5


def register() -> None:
    """Make the database know every token file; what it knows already stays as it is."""
    for step in STEPS:
        step()


def first_password() -> str | None:
    """Give the administrator a password and return it; ``None`` when there is one already."""
    root = User.objects.named(ADMINISTRATOR).filter(admin=True).first()
    if root is None or root.has_usable_password():
        return None
    password = secrets.token_urlsafe(15)
    root.set_password(password)
    root.save(update_fields=["password"])
    return password


def has_administrator() -> bool:
    """Whether anybody may do everything."""
    return User.objects.filter(admin=True).exists()


def _register_admin_token() -> None:
    root = User.objects.named(ADMINISTRATOR).filter(admin=True).first()
    if root is None:
        return
    digest = access_tokens.digest(folder.token(folder.ADMIN_TOKEN))
    PersonalAccessToken.objects.get_or_create(
        token_digest=digest, defaults={"user": root, "name": ADMIN_TOKEN_NAME, "scopes": ["api"]}
    )


def _register_agent_token() -> None:
    agent = Agent.objects.filter(pk=EXAMPLE_AGENT).first()
    if agent is None:
        return
    AgentToken.objects.get_or_create(
        token_digest=tokens.digest(folder.token(folder.AGENT_TOKEN)),
        defaults={"agent": agent, "name": folder.AGENT_TOKEN, "created_by": agent.created_by},
    )


# Every token file that has a meaning in the database, in the order of the apps that give it one.
STEPS: tuple[Callable[[], None], ...] = (_register_admin_token, _register_agent_token)
