"""Issue and find the tokens that agents show."""

import hashlib
import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from apps.agent.models import Agent, AgentToken
from apps.core import records
from apps.core.prepared_queries import PreparedQuery
from apps.directory.feature_flags import flags_in, gitaly_flags_column
from apps.directory.models import User

TOKEN_LENGTH = 50
_LEAST_PAUSE, _LONGEST_PAUSE = 40, 55  # minutes between two writes of a token's last use
_LAST_USE = records.Column(
    "last use of an agent token", AgentToken, "last_used_at", every=timedelta(minutes=_LEAST_PAUSE)
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that holds, its agent and project loaded, with the flags that Gitaly gets for the project."""

    token: AgentToken
    gitaly_flags: dict[str, bool]


class UnknownAgentToken(LookupError):
    """No usable token has this text."""


def issue(
    *, agent: Agent, name: str, description: str = "", created_by: User | None = None
) -> tuple[AgentToken, str]:
    """Create a token and return it with its text, which nobody can read afterwards.

    Raises:
        ValidationError: the name is empty, or a text too long.
    """
    text = secrets.token_urlsafe(TOKEN_LENGTH)[:TOKEN_LENGTH]
    token = AgentToken(
        agent=agent, name=name, description=description, created_by=created_by, token_digest=digest(text)
    )
    token.full_clean()
    token.save()
    return token, text


def digest(text: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def find(text: str) -> Bearer:
    """Return who shows the usable token with this text, in one query.

    Raises:
        UnknownAgentToken: there is none, or it is revoked.
    """
    token = _USABLE.first(digest(text))
    if token is None:
        raise UnknownAgentToken
    return Bearer(token, flags_in(token.flags))  # type: ignore[attr-defined]  # the annotation


def _usable(token_digest: str) -> QuerySet[AgentToken]:
    tokens = AgentToken.objects.usable().filter(token_digest=token_digest)
    flags = gitaly_flags_column("agent__project_id")
    return tokens.select_related("agent__project__route").annotate(flags=flags)


_USABLE = PreparedQuery(_usable, by=str)


def revoke(token_id: int, *, now: datetime) -> AgentToken:
    """End a token for good; kas may know it for five minutes more.

    Raises:
        UnknownAgentToken: there is none with this id.
    """
    tokens = AgentToken.objects.filter(pk=token_id)
    if not tokens.exists():
        raise UnknownAgentToken(f"There is no token {token_id}.")
    tokens.revoke(at=now)
    return tokens.select_related("agent__project__route").get()


def note_use(*, token: AgentToken, now: datetime) -> None:
    """Keep when the token was last used, at most every 40 minutes; never fail.

    The pause is random: the tokens of many agents that start together are not written together again.
    """
    pause = timedelta(minutes=random.uniform(_LEAST_PAUSE, _LONGEST_PAUSE))  # noqa: S311 -- spreads load only
    if token.last_used_at is not None and token.last_used_at > now - pause:
        return
    _LAST_USE.note(token.pk, now)
