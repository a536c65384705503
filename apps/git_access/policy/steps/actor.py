"""Steps that concern the actor: its key, its account, its certificate."""

from django.conf import settings

from apps.directory.models import NamespaceKind, UserType
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.refusals import Forbidden
from apps.git_access.policy import accounts, keys
from apps.git_access.repositories.ids import RepositoryType
from apps.ssh_keys import one_time_passwords

OTP_REQUIRED = "OTP verification is required to access the repository.\n\n   Use: {command}"


def one_time_password(attempt: Attempt) -> None:
    """Step 5: whoever has two factors shows the second one for the key now and then."""
    key, user = attempt.facts.key, attempt.facts.checked_user
    if not settings.GIT_TWO_FACTOR_ENFORCEMENT or attempt.command.protocol != "ssh":
        return
    if key and user and user.two_factor and not one_time_passwords.session_open(key.id):
        raise Forbidden(OTP_REQUIRED.format(command=_verify_command()))


def _verify_command() -> str:
    user = f"{settings.SSH_USER}@" if settings.SSH_USER else ""
    port = f" -p {settings.SSH_PORT}" if settings.SSH_PORT != 22 else ""
    return f"ssh {user}{settings.SSH_HOST}{port} 2fa_verify"


def snippet_actor(attempt: Attempt) -> None:
    """Step 6b: a deploy key opens no snippet."""
    if attempt.type == RepositoryType.SNIPPET and attempt.facts.deploy_key:
        raise Forbidden("The authentication mechanism is not supported.")


def key_validity(attempt: Attempt) -> None:
    """Step 7: the key's type and length are allowed."""
    reason = keys.invalidity(attempt.facts.key) if attempt.facts.key else None
    if reason:
        raise Forbidden(f"Your SSH key {reason}.")


def key_expiry(attempt: Attempt) -> None:
    """Step 8: the key's time is not over."""
    if attempt.facts.key and keys.has_expired(attempt.facts.key, now=attempt.now):
        raise Forbidden("Your SSH key has expired.")


def active_user(attempt: Attempt) -> None:
    """Step 9: the account may use Git."""
    user = attempt.facts.checked_user
    text = accounts.refusal_text(user, now=attempt.now) if user else None
    if text:
        raise Forbidden(text)


def credential_reach(attempt: Attempt) -> None:
    """Step 9b: the credential is good for this kind of command."""
    command = attempt.command
    if command.credential is None:
        return
    if command.is_push and not command.credential.may_write:
        raise Forbidden("You are not allowed to upload code.")
    if command.is_pull and not command.credential.may_read:
        raise Forbidden("You are not allowed to download code.")


def certificate_namespace(attempt: Attempt) -> None:
    """Step 13: a certificate opens its own group only; a group may ask for certificates."""
    if attempt.command.asks_beforehand and not _certificate_fits(attempt):
        raise Forbidden("You are not allowed to access projects in this namespace.")


def _certificate_fits(attempt: Attempt) -> bool:
    given, namespace = attempt.command.namespace_path, attempt.facts.namespace
    if given is None:
        user = attempt.facts.checked_user
        human = user is not None and user.user_type == UserType.HUMAN
        return not (human and namespace and namespace.root_enforces_certificates)
    if namespace is None or namespace.root_kind != NamespaceKind.GROUP:
        return False
    return namespace.root_path.lower() == given.lower()
