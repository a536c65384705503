"""What all apps say about their endpoints."""

from collections.abc import Iterator

from apps.agent import documentation as agent
from apps.billing import documentation as billing
from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.kas_authentication import KasAuthentication
from apps.core.api.views import InternalViewSet
from apps.core.api.workhorse_authentication import ShellOrWorkhorseAuthentication
from apps.core.schema.actors import KAS_GUARD, SHELL_GUARD, SHELL_OR_WORKHORSE_GUARD
from apps.core.schema.answers import EVERYWHERE, UNREADABLE
from apps.core.schema.operations import Answer, Guard, Guards, Operation, Operations
from apps.directory import documentation as directory
from apps.git_access import documentation as git_access
from apps.ssh_keys import documentation as ssh_keys

OPERATIONS: Operations = {
    **git_access.OPERATIONS,
    **ssh_keys.OPERATIONS,
    **agent.OPERATIONS,
    **billing.OPERATIONS,
}
GUARDS: Guards = {
    SharedSecretAuthentication: SHELL_GUARD,
    ShellOrWorkhorseAuthentication: SHELL_OR_WORKHORSE_GUARD,
    KasAuthentication: KAS_GUARD,
    **directory.GUARDS,
    **agent.GUARDS,
    **billing.GUARDS,
}


class Undocumented(LookupError):
    """An endpoint, or an authentication class, that no app has said anything about."""


def operation_of(view: InternalViewSet) -> Operation:
    """Return what is said about the method that the view would call.

    Raises:
        Undocumented: nothing is.
    """
    kind = type(view)
    method = getattr(kind, view.action)
    if method not in OPERATIONS:
        raise Undocumented(f"{kind.__name__}.{view.action}: add an Operation to its app's documentation")
    return OPERATIONS[method]


def guard_of(view: InternalViewSet) -> Guard:
    """Return what the view's one authentication class asks for.

    Raises:
        Undocumented: nothing is said about it.
    """
    (scheme,) = view.authentication_classes
    if scheme not in GUARDS:
        raise Undocumented(f"{scheme.__name__}: add a Guard to its app's documentation")
    return GUARDS[scheme]


def answers_of(view: InternalViewSet) -> Iterator[Answer]:
    """Yield every answer of an endpoint, those of its guard and of the framework included."""
    yield from operation_of(view).answers
    yield from guard_of(view).answers
    if view.body_comes_first:
        yield from UNREADABLE
    yield from EVERYWHERE
