"""What row number *n* of each kind is, from the numbers of the world alone.

Every row is made from its own digest: batches can end anywhere and nothing depends on what was made before.
"""

import hashlib
import struct
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import gcd

from apps.directory.models import AccessLevel, Visibility

# Ids that no row has which was made one by one: what is here is known by them.
FIRST_ID = 1_000_000_000
FIRST_GROUP_ID = 1_500_000_000  # personal namespaces have the ids of their users
LAST_ID = 1_999_999_999
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_YEARS = 5 * 365 * 24 * 60  # minutes in which everything was created
_DEPLOY_KEY_EVERY = 20
_PERSONAL_PROJECT_EVERY = 10
_FIRST_NAMES = (
    "ada",
    "bela",
    "chen",
    "dara",
    "emil",
    "fatou",
    "goran",
    "hana",
    "ines",
    "jon",
    "kira",
    "luis",
)
_LAST_NAMES = (
    "abe",
    "berg",
    "costa",
    "diaz",
    "eriksen",
    "fry",
    "gomes",
    "haas",
    "ito",
    "jung",
    "khan",
    "lee",
)
_LEVELS = (
    AccessLevel.GUEST,
    AccessLevel.REPORTER,
    AccessLevel.DEVELOPER,
    AccessLevel.DEVELOPER,
    AccessLevel.DEVELOPER,
    AccessLevel.MAINTAINER,
    AccessLevel.OWNER,
)
_VISIBILITIES = (Visibility.PRIVATE, Visibility.PRIVATE, Visibility.INTERNAL, Visibility.PUBLIC)
_KEY_HEAD = struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much of everything there is, and the number that all chance comes from."""

    users: int = 100_000
    groups: int = 30_000
    projects: int = 200_000
    members: int = 500_000
    keys: int = 1_000_000
    random_seed: int = 1


@dataclass(frozen=True, slots=True)
class Chance:
    """64 bytes that look random and are the same whenever the same row is made."""

    bytes: bytes

    @classmethod
    def of(cls, world: Scale, kind: str, number: int) -> "Chance":
        """Return the chance of one row."""
        return cls(hashlib.blake2b(f"{world.random_seed}:{kind}:{number}".encode()).digest())

    def below(self, bound: int, *, draw: int = 0) -> int:
        """Return a number from 0 to ``bound`` - 1; each ``draw`` from 0 to 3 is another one."""
        return int.from_bytes(self.bytes[32 + 8 * draw : 40 + 8 * draw], "big") % bound

    def moment(self) -> datetime:
        """Return when the row was created."""
        return _EPOCH + timedelta(minutes=self.below(_YEARS, draw=3))


def username(world: Scale, number: int) -> str:
    """Return the name of a user; the number at its end makes it the only one."""
    chance = Chance.of(world, "user", number)
    first, last = chance.below(len(_FIRST_NAMES)), chance.below(len(_LAST_NAMES), draw=1)
    return f"{_FIRST_NAMES[first]}.{_LAST_NAMES[last]}{number}"


def group_path(number: int) -> str:
    """Return the full path: groups come in threes, each below the one before."""
    top = number - number % 3
    return "/".join(f"group{each}" for each in range(top, number + 1))


def group_traversal(number: int) -> str:
    """Return the ids from the root down."""
    top = number - number % 3
    return "".join(f"{FIRST_GROUP_ID + each}/" for each in range(top, number + 1))


def namespace_of_project(world: Scale, number: int) -> tuple[int, str]:
    """Return id and path of where a project is: mostly a group, now and then a user's own namespace."""
    chance = Chance.of(world, "project", number)
    if not world.groups or chance.below(_PERSONAL_PROJECT_EVERY, draw=1) == 0:
        user = chance.below(world.users)
        return FIRST_ID + user, username(world, user)
    group = chance.below(world.groups)
    return FIRST_GROUP_ID + group, group_path(group)


def visibility_of_project(world: Scale, number: int) -> Visibility:
    """Return who may see a project."""
    return _VISIBILITIES[Chance.of(world, "project", number).below(len(_VISIBILITIES), draw=2)]


@dataclass(frozen=True, slots=True)
class Membership:
    """One user in one group or project, none of them twice."""

    user_id: int
    group_id: int | None
    project_id: int | None
    level: AccessLevel


def membership(world: Scale, number: int) -> Membership:
    """Return a membership: even numbers are in groups, odd ones in projects, if there are both.

    The members of one place follow each other at a fixed distance that shares no factor with the number of
    users, so nobody comes twice until all have come.
    """
    alternate = bool(world.groups and world.projects)
    in_project = bool(number % 2) if alternate else not world.groups
    places = world.projects if in_project else world.groups
    turn, place = divmod(number // 2 if alternate else number, places)
    start = Chance.of(world, "place", 2 * place + in_project).below(world.users)
    user_id = FIRST_ID + (start + turn * _step(world.users)) % world.users
    level = _LEVELS[Chance.of(world, "member", number).below(len(_LEVELS))]
    if in_project:
        return Membership(user_id, None, FIRST_ID + place, level)
    return Membership(user_id, FIRST_GROUP_ID + place, None, level)


def most_members(world: Scale) -> int:
    """Return how many memberships there can be; groups and projects have equally many."""
    if world.groups and world.projects:
        return 2 * world.users * min(world.groups, world.projects)
    return world.users * max(world.groups, world.projects)


@dataclass(frozen=True, slots=True)
class SshKey:
    """One key; a deploy key opens a project."""

    user_id: int
    line: str
    blob: bytes
    opens: int | None
    can_push: bool


def key(world: Scale, number: int) -> SshKey:
    """Return a key whose point on the curve is 32 bytes of chance; nobody has its private half."""
    chance = Chance.of(world, "key", number)
    blob = _KEY_HEAD + chance.bytes[:32]
    deploys = world.projects and number % _DEPLOY_KEY_EVERY == 0
    return SshKey(
        user_id=FIRST_ID + chance.below(world.users),
        line=f"ssh-ed25519 {b64encode(blob).decode()}",
        blob=blob,
        opens=FIRST_ID + chance.below(world.projects, draw=1) if deploys else None,
        can_push=bool(chance.below(2, draw=2)),
    )


def _step(users: int) -> int:
    return next(step for step in (7919, 7907, 7901, 7883, 1) if gcd(step, users) == 1)
