"""What the push rules demand of one commit; each rule returns what its pusher is told, or ``None``."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.core.gitaly.objects import Commit
from apps.git_access.matching import patterns
from apps.git_access.models import PushRule
from apps.git_access.push_checks.pushers import Pusher

SIGN_OFF = "Signed-off-by:.+<.+@.+>"
NO_SIGN_OFF = "Commit message must contain a DCO signoff"
NO_SIGNATURE = "Commit must be signed with a GPG key"
OTHER_NAME = "Your git author name is inconsistent with GitLab account name"
OTHERS_ADDRESS = (
    "You cannot push commits for '{}'. "
    "You can only push commits if the committer email is one of your own verified emails."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A new commit, and what it is measured by."""

    commit: Commit
    message: str
    rules: PushRule
    pusher: Pusher | None
    """Known only where a rule asks for it."""
    known: frozenset[str]
    """The addresses of users, in lower case, where a rule asks for them."""
    is_web: bool


def message_pattern(candidate: Candidate) -> str | None:
    """2: the message follows a pattern."""
    pattern = candidate.rules.commit_message_regex
    if pattern and not patterns.found(pattern, candidate.message, multi_line=True):
        return f"Commit message does not follow the pattern '{pattern}'"
    return None


def forbidden_pattern(candidate: Candidate) -> str | None:
    """3: the message has nothing forbidden in it."""
    pattern = candidate.rules.commit_message_negative_regex
    message = candidate.message.removesuffix("\n")
    if pattern and patterns.found(pattern, message, multi_line=True):
        return f"Commit message contains the forbidden pattern '{pattern}'"
    return None


def committer_address(candidate: Candidate) -> str | None:
    """4: the committer's address follows a pattern."""
    return _address(candidate, candidate.commit.committer.email, whose="Committer's")


def author_address(candidate: Candidate) -> str | None:
    """5: the author's address follows a pattern."""
    return _address(candidate, candidate.commit.author.email, whose="Author's")


def own_address(candidate: Candidate) -> str | None:
    """6: the committer's address is a verified one of the pusher."""
    if not candidate.rules.commit_committer_check or candidate.pusher is None:
        return None
    email = candidate.commit.committer.email
    if email.lower() in candidate.pusher.verified:
        return None
    if email.lower() in candidate.pusher.unverified:
        return f"Committer email '{email}' is not verified."
    return OTHERS_ADDRESS.format(email)


def own_name(candidate: Candidate) -> str | None:
    """7: who committed their own work used the name of the account."""
    if not candidate.rules.commit_committer_name_check or candidate.pusher is None:
        return None
    author, committer = candidate.commit.author, candidate.commit.committer
    if author.email == committer.email and author.name != candidate.pusher.name:
        return OTHER_NAME
    return None


def signed_off(candidate: Candidate) -> str | None:
    """8: the message is signed off."""
    if candidate.rules.reject_non_dco_commits and not patterns.found(SIGN_OFF, candidate.message):
        return NO_SIGN_OFF
    return None


def signed(candidate: Candidate) -> str | None:
    """9: the commit carries a signature; the web interface's own need none."""
    if candidate.rules.reject_unsigned_commits and not candidate.is_web and not candidate.commit.signed:
        return NO_SIGNATURE
    return None


def of_users(candidate: Candidate) -> str | None:
    """10: the addresses belong to users."""
    if not candidate.rules.member_check:
        return None
    author, committer = candidate.commit.author.email, candidate.commit.committer.email
    if author.lower() not in candidate.known:
        return f"Author '{author}' is not a member of team"
    if committer.lower() not in candidate.known:
        return f"Committer '{committer}' is not a member of team"
    return None


RULES: tuple[Callable[[Candidate], str | None], ...] = (
    message_pattern,
    forbidden_pattern,
    committer_address,
    author_address,
    own_address,
    own_name,
    signed_off,
    signed,
    of_users,
)


def _address(candidate: Candidate, email: str, *, whose: str) -> str | None:
    pattern = candidate.rules.author_email_regex
    if pattern and not patterns.found(pattern, email):
        return f"{whose} email '{email}' does not follow the pattern '{pattern}'"
    return None
