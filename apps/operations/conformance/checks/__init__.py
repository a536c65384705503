"""Every check, in the order in which they run."""

from apps.operations.conformance.check import Check
from apps.operations.conformance.checks import (
    authentication,
    customers_dot,
    git_access,
    gitaly,
    kas,
    key_owners,
    keys,
    wire,
    workhorse,
)
from apps.operations.conformance.world import World

MODULES = (authentication, wire, git_access, keys, key_owners, gitaly, kas, customers_dot, workhorse)


class NoSuchCheck(LookupError):
    """No check and no group has this name."""


def every(world: World) -> list[Check]:
    """Return all checks of a world."""
    return [check for module in MODULES for check in module.checks(world)]


def named(world: World, names: list[str]) -> list[Check]:
    """Return the checks of these names or groups; all of them where there is no name.

    Raises:
        NoSuchCheck: a name is neither.
    """
    found = every(world)
    known = {check.name for check in found} | {check.group for check in found}
    for name in names:
        if name not in known:
            groups = ", ".join(dict.fromkeys(check.group for check in found))
            raise NoSuchCheck(f"There is no check and no group {name!r}; the groups are {groups}.")
    return [check for check in found if not names or {check.name, check.group} & set(names)]
