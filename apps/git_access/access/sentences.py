"""What is wrong, in the words of the person who asks.

A step's own ``fault`` says it of everybody; the sentences here name the user, the project and the level.
"""

from collections.abc import Callable

from apps.directory.models import AccessLevel, FeatureLevel, UserType, Visibility
from apps.git_access.access.decision import Decision
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.facts import Facts
from apps.git_access.context.refusals import Exhausted, Refusal, Unavailable
from apps.git_access.policy import accounts, projects, sizes
from apps.git_access.repositories.ids import RepositoryType


def why(decision: Decision, refusal: Refusal) -> str:
    """Return why a command may not run, as a sentence without a full stop."""
    if isinstance(refusal, (Unavailable, Exhausted)):
        return _undecided(decision.attempt, refusal)
    sentence = _SENTENCES.get(refusal.rule)
    return sentence(decision.attempt) if sentence else refusal.message.strip().removesuffix(".")


def allowed(attempt: Attempt) -> str:
    """Return that a command may run, as a sentence without a full stop."""
    verb = "push to" if attempt.command.is_push else "pull from"
    known = attempt.facts.level > AccessLevel.NONE and attempt.facts.checked_user is not None
    role = f" as {_level(attempt.facts)}" if known else ""
    return f"{_who(attempt)} may {verb} {_what(attempt)}{role}"


def _undecided(attempt: Attempt, refusal: Refusal) -> str:
    if refusal.rule == "time-limit":
        return "no rule refused, but the checks did not end in time"
    storage = attempt.facts.snippet or attempt.facts.project
    name = f' of the storage "{storage.storage}"' if storage else ""
    said = "takes no more work for now" if isinstance(refusal, Exhausted) else "does not answer"
    return f"no rule refused, but the Gitaly server{name} {said}"


def _who(attempt: Attempt) -> str:
    facts = attempt.facts
    if facts.deploy_key:
        return f"deploy key {facts.deploy_key.id}"
    return f"@{facts.user.username}" if facts.user else "anybody"


def _subject(facts: Facts) -> str:
    if facts.deploy_key:
        return "the creator of this deploy key"
    return "this user" if facts.user else "somebody who is not logged in"


def _what(attempt: Attempt) -> str:
    return attempt.facts.full_path or attempt.path or attempt.command.gl_repository or "nothing"


def _owner(attempt: Attempt) -> str:
    """Return the path of what people are members of."""
    facts = attempt.facts
    if facts.project:
        return facts.project.full_path
    return facts.namespace.full_path if facts.namespace else _what(attempt)


def _level(facts: Facts) -> str:
    return str(AccessLevel(facts.level).label)


def _membership(attempt: Attempt, *, need: str) -> str:
    """Say which level somebody has, and which one it takes."""
    facts = attempt.facts
    if facts.user is None:
        return f"nobody is logged in; {need}"
    if facts.level == AccessLevel.NONE:
        return f"{_subject(facts)} is not a member of {_owner(attempt)}; {need}"
    return f"{_subject(facts)} is only {_level(facts)} in {_owner(attempt)}; {need}"


def _unreadable(attempt: Attempt) -> str:
    facts, command = attempt.facts, attempt.command
    allowed_ips = attempt.settings.globally_allowed_ips
    if facts.namespace and projects.is_outside(facts, check_ip=command.check_ip, allowed_ips=allowed_ips):
        group = facts.namespace.root_path
        return f"the address {command.check_ip} is outside the ranges that the group {group} allows"
    if facts.deploy_key:
        return f"this deploy key is not attached to {_owner(attempt)}"
    return _membership(attempt, need=_push_need(attempt) if command.is_push else _pull_need(attempt))


def _push_need(attempt: Attempt) -> str:
    if attempt.type == RepositoryType.PROJECT:
        return "pushing needs Developer"
    return "writing to a wiki needs Developer"


def _pull_need(attempt: Attempt) -> str:
    if attempt.type != RepositoryType.PROJECT:
        return "it is not public"
    private = attempt.facts.project and attempt.facts.project.visibility_level == Visibility.PRIVATE
    return "downloading code needs Reporter" if private else "it is not public"


def _no_push(attempt: Attempt) -> str:
    facts = attempt.facts
    if facts.deploy_key and not facts.can_push:
        return f"this deploy key is attached to {_owner(attempt)} for reading only"
    if facts.deploy_key and (facts.user is None or facts.user.user_type == UserType.GHOST):
        return "this deploy key has no creator, with whose rights it would push"
    if facts.user and facts.deploy_key and not _may_use_git(attempt):
        return f"the creator of this deploy key, @{facts.user.username}, may not use Git"
    if facts.project and facts.level >= AccessLevel.DEVELOPER:
        return _switched_off(facts.project.repository_access_level, f"the repository of {_owner(attempt)}")
    return _membership(attempt, need="pushing needs Developer")


def _may_use_git(attempt: Attempt) -> bool:
    user = attempt.facts.user
    return user is not None and accounts.may_use_git(user, attempt.settings, now=attempt.now)


def _no_download(attempt: Attempt) -> str:
    facts = attempt.facts
    if facts.project and attempt.type == RepositoryType.PROJECT:
        if facts.project.repository_access_level == FeatureLevel.DISABLED:
            return f"the repository of {_owner(attempt)} is switched off"
        return _membership(attempt, need="downloading code needs Reporter")
    return _membership(attempt, need="reading is for members")


def _no_wiki(attempt: Attempt) -> str:
    facts = attempt.facts
    if facts.level >= AccessLevel.DEVELOPER and facts.user:
        if not _may_use_git(attempt):
            return f"@{facts.user.username} may not use Git"
        return f"the wiki of {_owner(attempt)} is switched off or archived"
    return _membership(attempt, need="writing to a wiki needs Developer")


def _switched_off(level: int, what: str) -> str:
    return f"{what} is switched off" if level == FeatureLevel.DISABLED else f"{what} is for members only"


def _no_account(attempt: Attempt) -> str:
    user = attempt.facts.checked_user
    text = accounts.refusal_text(user, attempt.settings, now=attempt.now) if user else ""
    return f"the account @{user.username} may not use Git: {text}".removesuffix(".") if user else ""


def _expired(attempt: Attempt) -> str:
    key = attempt.facts.key
    return f"key {key.id} expired on {key.expires_at:%Y-%m-%d}" if key else "the key has expired"


def _protocol(attempt: Attempt) -> str:
    asked, namespace = attempt.command.protocol, attempt.facts.namespace
    only = attempt.settings.enabled_protocol
    if only and only != asked:
        return f"the instance allows {only.upper()} only"
    if namespace and namespace.root_protocol:
        return f"the group {namespace.root_path} allows {namespace.root_protocol.upper()} only"
    return f"there is no protocol {asked}"


def _size(attempt: Attempt) -> str:
    size, limit = sizes.size(attempt.facts), sizes.limit(attempt.facts, attempt.settings)
    return f"{_what(attempt)} holds {size:,} bytes and may hold {limit:,}"


_SENTENCES: dict[str, Callable[[Attempt], str]] = {
    "snippet-exists": lambda attempt: f"there is no snippet {_what(attempt)}",
    "maintenance-mode": lambda _: "the instance is in maintenance mode, so nothing can be pushed",
    "one-time-password": lambda attempt: (
        f"{_who(attempt)} has to type a one-time password for this key first"
    ),
    "protocol": _protocol,
    "key-unexpired": _expired,
    "account-active": _no_account,
    "instance-writable": lambda _: "the instance is read-only, so nothing can be pushed",
    "namespace-in-path": lambda attempt: f"the path {_what(attempt)} names no namespace",
    "container-exists": lambda attempt: f"there is nothing at {_what(attempt)}",
    "project-readable": _unreadable,
    "group-readable": _unreadable,
    "repository-exists": lambda attempt: f"Gitaly has no repository for {_what(attempt)} yet",
    "download-right": _no_download,
    "repository-writable": lambda attempt: f"the repository of {_what(attempt)} is read-only for now",
    "not-archived": lambda attempt: f"{_owner(attempt)}, or a group above it, is archived",
    "deploy-key-write-right": _no_push,
    "pusher-known": lambda _: "nobody is logged in; pushing needs a user or a deploy key",
    "size-before-push": _size,
    "project-push-right": _no_push,
    "change-push-right": _no_push,
    "wiki-write-right": _no_wiki,
    "snippet-pusher-known": lambda _: "nobody is logged in; pushing to a snippet needs a user",
    "snippet-update-right": lambda attempt: f"{_subject(attempt.facts)} may not update {_what(attempt)}",
}
