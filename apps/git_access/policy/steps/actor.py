"""Steps that concern the actor: its key, its account, its certificate."""

from apps.directory.models import NamespaceKind, UserType
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.instance_settings import InstanceSettings
from apps.git_access.context.refusals import Forbidden
from apps.git_access.context.step import Step
from apps.git_access.policy import accounts, keys
from apps.git_access.repositories.ids import RepositoryType
from apps.ssh_keys import one_time_passwords

OTP_REQUIRED = "OTP verification is required to access the repository.\n\n   Use: {command}"


def one_time_password(attempt: Attempt) -> None:
    """Step 5: refuse a user with two-factor authentication whose key has no open session."""
    key, user = attempt.facts.key, attempt.facts.checked_user
    if not attempt.settings.two_factor_enforced or attempt.command.protocol != "ssh":
        return
    if key and user and user.two_factor and not one_time_passwords.session_open(key.id):
        raise Forbidden(OTP_REQUIRED.format(command=_verify_command(attempt.settings)))


def _verify_command(settings: InstanceSettings) -> str:
    user = f"{settings.ssh_user}@" if settings.ssh_user else ""
    port = f" -p {settings.ssh_port}" if settings.ssh_port != 22 else ""
    return f"ssh {user}{settings.ssh_host}{port} 2fa_verify"


def snippet_actor(attempt: Attempt) -> None:
    """Step 6b: refuse a deploy key at a snippet."""
    if attempt.type == RepositoryType.SNIPPET and attempt.facts.deploy_key:
        raise Forbidden("The authentication mechanism is not supported.")


def key_validity(attempt: Attempt) -> None:
    """Step 7: refuse a key whose type or length is not allowed."""
    key = attempt.facts.key
    reason = keys.invalidity(key, attempt.settings.key_restrictions) if key else None
    if reason:
        raise Forbidden(f"Your SSH key {reason}.")


def key_expiry(attempt: Attempt) -> None:
    """Step 8: refuse a key that has expired."""
    if attempt.facts.key and keys.has_expired(attempt.facts.key, now=attempt.now):
        raise Forbidden("Your SSH key has expired.")


def active_user(attempt: Attempt) -> None:
    """Step 9: refuse an account that may not use Git."""
    user = attempt.facts.checked_user
    text = accounts.refusal_text(user, attempt.settings, now=attempt.now) if user else None
    if text:
        raise Forbidden(text)


def credential_reach(attempt: Attempt) -> None:
    """Step 9b: refuse a credential that is not good for this kind of command."""
    command = attempt.command
    if command.credential is None:
        return
    if command.is_push and not command.credential.may_write:
        raise Forbidden("You are not allowed to upload code.")
    if command.is_pull and not command.credential.may_read:
        raise Forbidden("You are not allowed to download code.")


def certificate_namespace(attempt: Attempt) -> None:
    """Step 13: refuse a certificate outside its own group, and a key where the group wants certificates."""
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


ONE_TIME_PASSWORD = Step(
    id="one-time-password",
    text="the user has typed a one-time password for the key, where the instance asks for it",
    fault="a one-time password is missing",
    run=one_time_password,
)
SNIPPET_ACTOR = Step(
    id="snippet-actor",
    text="no deploy key asks for a snippet",
    fault="a deploy key asked for a snippet",
    run=snippet_actor,
)
KEY_ALLOWED = Step(
    id="key-allowed",
    text="the key's type and length are allowed",
    fault="the key's type or length is not allowed",
    run=key_validity,
)
KEY_UNEXPIRED = Step(
    id="key-unexpired", text="the key has not expired", fault="the key has expired", run=key_expiry
)
ACCOUNT_ACTIVE = Step(
    id="account-active", text="the account may use Git", fault="the account may not use Git", run=active_user
)
CREDENTIAL_REACH = Step(
    id="credential-reach",
    text="the credential, over HTTP, is good for this kind of command",
    fault="the credential is not good for this kind of command",
    run=credential_reach,
)
CERTIFICATE_NAMESPACE = Step(
    id="certificate-namespace",
    text="the certificate is for this group, or the group asks for none",
    fault="the certificate is for another group, or one is missing",
    run=certificate_namespace,
)
