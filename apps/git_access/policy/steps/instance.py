"""Steps that concern the instance as a whole, whatever the repository."""

from django.conf import settings

from apps.git_access.context.attempt import Action, Attempt
from apps.git_access.context.refusals import Forbidden

PROTOCOLS = frozenset({"ssh", "http", "web"})
WEB = "web"
MAINTENANCE = (
    "Git push is not allowed because this GitLab instance is currently in (read-only) maintenance mode."
)


def maintenance_mode(attempt: Attempt) -> None:
    """Step 4: nothing is pushed during maintenance."""
    message = attempt.facts.maintenance
    if attempt.command.is_push and (message is not None or settings.MAINTENANCE_MODE):
        raise Forbidden(f"{MAINTENANCE}\n{message}" if message else MAINTENANCE)


def protocol(attempt: Attempt) -> None:
    """Step 6: the instance, or the root group, may allow one protocol only."""
    asked = attempt.command.protocol
    if asked == WEB:
        return
    # Only a project that exists has a say: the namespace in a path says nothing about itself to strangers.
    namespace = attempt.facts.namespace if attempt.facts.project else None
    only = (settings.ENABLED_GIT_ACCESS_PROTOCOL, namespace.root_protocol if namespace else "")
    if asked not in PROTOCOLS or any(allowed and allowed != asked for allowed in only):
        raise Forbidden(f"Git access over {asked.upper()} is not allowed")


def http_switched_off(attempt: Attempt) -> None:
    """Step 10: pulling or pushing over HTTP may be off."""
    if attempt.command.protocol != "http":
        return
    if attempt.command.action == Action.UPLOAD_PACK and not settings.UPLOAD_PACK:
        raise Forbidden("Pulling over HTTP is not allowed.")
    if attempt.command.action == Action.RECEIVE_PACK and not settings.RECEIVE_PACK:
        raise Forbidden("Pushing over HTTP is not allowed.")


def known_command(attempt: Attempt) -> None:
    """Step 11: there are three commands."""
    if not (attempt.command.is_pull or attempt.command.is_push):
        raise Forbidden("The command you're trying to execute is not allowed.")


def read_only_instance(attempt: Attempt) -> None:
    """Step 12: nothing is pushed to a read-only instance."""
    if attempt.command.is_push and settings.READ_ONLY:
        raise Forbidden("You can't push code to a read-only GitLab instance.")
