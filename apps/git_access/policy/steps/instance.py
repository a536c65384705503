"""Steps that concern the instance as a whole, whatever the repository."""

from apps.git_access.context.attempt import Action, Attempt
from apps.git_access.context.refusals import Forbidden
from apps.git_access.context.step import Step

PROTOCOLS = frozenset({"ssh", "http", "web"})
WEB = "web"
MAINTENANCE = (
    "Git push is not allowed because this GitLab instance is currently in (read-only) maintenance mode."
)


def maintenance_mode(attempt: Attempt) -> None:
    """Step 4: refuse pushes during maintenance."""
    message = attempt.facts.maintenance
    if attempt.command.is_push and (message is not None or attempt.settings.maintenance_mode):
        raise Forbidden(f"{MAINTENANCE}\n{message}" if message else MAINTENANCE)


def protocol(attempt: Attempt) -> None:
    """Step 6: refuse a protocol that the instance or the root group does not allow."""
    asked = attempt.command.protocol
    if asked == WEB:
        return
    # Only a project that exists has a say: the namespace in a path says nothing about itself to strangers.
    namespace = attempt.facts.namespace if attempt.facts.project else None
    only = (attempt.settings.enabled_protocol, namespace.root_protocol if namespace else "")
    if asked not in PROTOCOLS or any(allowed and allowed != asked for allowed in only):
        raise Forbidden(f"Git access over {asked.upper()} is not allowed")


def http_switched_off(attempt: Attempt) -> None:
    """Step 10: refuse what is switched off over HTTP."""
    if attempt.command.protocol != "http":
        return
    if attempt.command.action == Action.UPLOAD_PACK and not attempt.settings.upload_pack:
        raise Forbidden("Pulling over HTTP is not allowed.")
    if attempt.command.action == Action.RECEIVE_PACK and not attempt.settings.receive_pack:
        raise Forbidden("Pushing over HTTP is not allowed.")


def known_command(attempt: Attempt) -> None:
    """Step 11: refuse what is none of Git's three commands."""
    if not (attempt.command.is_pull or attempt.command.is_push):
        raise Forbidden("The command you're trying to execute is not allowed.")


def read_only_instance(attempt: Attempt) -> None:
    """Step 12: refuse pushes to a read-only instance."""
    if attempt.command.is_push and attempt.settings.read_only:
        raise Forbidden("You can't push code to a read-only GitLab instance.")


NO_MAINTENANCE = Step(
    id="maintenance-mode",
    text="a push does not come during maintenance",
    fault="a push came during maintenance",
    run=maintenance_mode,
)
PROTOCOL = Step(
    id="protocol",
    text="the instance and the root group allow the protocol",
    fault="the protocol is not allowed",
    run=protocol,
)
HTTP_SWITCHED_ON = Step(
    id="http-switched-on",
    text="the command is switched on over HTTP",
    fault="the command is switched off over HTTP",
    run=http_switched_off,
)
KNOWN_COMMAND = Step(
    id="known-command",
    text="the command is one of Git's three",
    fault="the command is unknown",
    run=known_command,
)
INSTANCE_WRITABLE = Step(
    id="instance-writable",
    text="a push does not meet a read-only instance",
    fault="a push came while the instance is read-only",
    run=read_only_instance,
)
