"""Who stands behind a key: for OpenSSH, and for whoever types ``ssh git@host``."""

from collections.abc import Iterator

from apps.operations.conformance.check import Check, get, message
from apps.operations.conformance.matching import TEXT, TIMESTAMP, text_like
from apps.operations.conformance.world import World

LOOKUP = "Authorized Keys Check"
DISCOVER = "Get user for user ID or key"


def checks(world: World) -> list[Check]:
    """Return the checks."""
    return [*_authorized_keys(world), *_discover(world), *_certificates()]


def _authorized_keys(world: World) -> Iterator[Check]:
    blob = world.key_blob
    forms = (blob, blob.rstrip("="), blob.replace("+", " "), f"{_algorithm(blob)} {blob} somebody@somewhere")
    yield Check(
        name="keys.authorized_in_every_form",
        reference=LOOKUP,
        calls=[get("authorized_keys", key=form) for form in forms],
        body={
            "id": world.key_id,
            "title": TEXT,
            "key": text_like(r"\S+ AAAA\S+[^\r\n]*", "one line: type, key, comment"),
            "created_at": TIMESTAMP,
        },
        alike=True,
    )
    yield Check(
        name="keys.unknown_is_not_found",
        reference=LOOKUP,
        calls=[get("authorized_keys", key=form) for form in (blob[:-20], "nonsense", "%%%", "")],
        status=404,
        body=message("404 Key Not Found"),
    )
    yield Check(
        name="keys.no_key_is_a_bad_request",
        reference="decision 0008",
        calls=[get("authorized_keys")],
        status=400,
        body=message('400 Bad request - "key" not given'),
    )


def _algorithm(blob: str) -> str:
    """Return the type that the beginning of a key names."""
    types = {"AAAAB3NzaC1yc2E": "ssh-rsa", "AAAAC3NzaC1lZDI1NTE5": "ssh-ed25519"}
    return next(
        (name for beginning, name in types.items() if blob.startswith(beginning)), "ecdsa-sha2-nistp256"
    )


def _discover(world: World) -> Iterator[Check]:
    yield Check(
        name="keys.discover",
        reference=DISCOVER,
        calls=[
            get("discover", key_id=world.key_id),
            get("discover", username=world.username),
            get("discover", username=world.username.upper()),
            get("discover", user_id=world.user_id),
        ],
        body={"id": world.user_id, "name": world.user_display_name, "username": world.username},
    )
    yield Check(
        name="keys.discover_nobody",
        reference=DISCOVER,
        calls=[
            get("discover", key_id=world.missing_id),
            get("discover", key_id="12abc"),
            get("discover", key_id=world.missing_id, username=world.username),
            get("discover"),
        ],
        body=None,
    )


def _certificates() -> Iterator[Check]:
    yield Check(
        name="keys.unknown_certificate_authority",
        reference="docs/compatibility.md: authorized_certs",
        calls=[get("authorized_certs", key="x" * 43, user_identifier="somebody")],
        status=404,
        body=message("Certificate Not Found"),
    )
