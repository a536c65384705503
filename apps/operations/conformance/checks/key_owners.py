"""What a person asks about the own account over SSH. Refusals are polite: 200 and a text."""

from collections.abc import Iterator
from typing import Any

from apps.operations.conformance.check import Check, post
from apps.operations.conformance.matching import BOOLEAN, NAMED, Exactly, text_like
from apps.operations.conformance.world import World

CODES = "Get new 2FA recovery codes using an SSH key"
TOKEN = "Get new personal access-token"  # noqa: S105 -- a heading
OTP = "docs/compatibility.md: two_factor_manual_otp_check"
LAST_DAY = "2030-01-31"


def checks(world: World) -> list[Check]:
    """Return the checks."""
    return [*_recovery_codes(world), *_tokens(world), *_one_time_passwords(world)]


def _refusal(text: str) -> Exactly:
    return Exactly({"success": False, "message": text})


def _recovery_codes(world: World) -> Iterator[Check]:
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "unknown_key": ({"key_id": str(world.missing_id)}, "Could not find the given key"),
        "nobody": ({}, "Could not find the given key"),
        "unknown_user": ({"user_id": world.missing_id}, "Could not find the given user"),
        "no_two_factors": (
            {"key_id": str(world.key_id)},
            "Two-factor authentication is not enabled for this user",
        ),
    }
    for name, (who, text) in cases.items():
        yield Check(
            name=f"owners.no_recovery_codes_{name}",
            reference=CODES,
            calls=[post("two_factor_recovery_codes", **who)],
            body=_refusal(text),
        )
    if world.two_factor_key_id is not None:
        code = text_like("[0-9a-f]{16}", "16 hex characters")
        yield Check(
            name="owners.recovery_codes",
            reference=CODES,
            calls=[post("two_factor_recovery_codes", key_id=str(world.two_factor_key_id))],
            body={"success": True, "recovery_codes": [code] * 10},
            writes=True,
        )


def _tokens(world: World) -> Iterator[Check]:
    wish: dict[str, Any] = {"key_id": str(world.key_id), "name": "conformance", "scopes": ["read_user"]}
    valid = (
        '["api", "read_api", "read_registry", "read_repository", "read_user", '
        '"write_registry", "write_repository"]'
    )
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "unknown_key": ({"key_id": str(world.missing_id)}, "Could not find the given key"),
        "no_name": ({"name": ""}, "No token name specified"),
        "no_scopes": ({"scopes": None}, "No token scopes specified"),
        "invalid_scope": (
            {"scopes": ["read_user", "sudo"]},
            f"Invalid scope: 'sudo'. Valid scopes are: {valid}",
        ),
        "invalid_date": ({"expires_at": "someday"}, "Invalid token expiry date: 'someday'"),
    }
    for name, (other, text) in cases.items():
        yield Check(
            name=f"owners.no_token_{name}",
            reference=TOKEN,
            calls=[post("personal_access_token", **{**wish, **other})],
            body=_refusal(text),
        )
    yield Check(
        name="owners.token",
        reference=TOKEN,
        calls=[post("personal_access_token", **wish, expires_at=LAST_DAY)],
        body={"success": True, "token": NAMED, "scopes": ["read_user"], "expires_at": LAST_DAY},
        writes=True,
    )


def _one_time_passwords(world: World) -> Iterator[Check]:
    yield Check(
        name="owners.two_factor_config",
        reference=OTP,
        calls=[post("two_factor_config", key_id=str(world.key_id))],
        body={"success": True, "two_factor_required": BOOLEAN},
    )
    yield Check(
        name="owners.no_push_notifications",
        reference=OTP,
        calls=[post("two_factor_push_otp_check", key_id=str(world.key_id))],
        body={"success": False, "message": NAMED},
    )
    for name in ("two_factor_otp_check", "two_factor_manual_otp_check"):
        yield Check(
            name=f"owners.{name}",
            reference=OTP,
            calls=[post(name, key_id=str(world.missing_id), otp_attempt="000000")],
            body=_refusal("Could not find the given key"),
        )
