"""Who is let in: every credential of every generation, and those that are none."""

import base64
import json
import time
from collections.abc import Iterator

from apps.operations.conformance.check import (
    JSON,
    UNAUTHORIZED,
    Body,
    Call,
    Check,
    Signer,
    get,
    kas,
    message,
    nobody,
    post,
    post_form,
    shell,
)
from apps.operations.conformance.credentials import Credentials, Headers, unsigned
from apps.operations.conformance.matching import TEXT
from apps.operations.conformance.world import World

DOCUMENT = "Authentication"
TOKENS = "decision 0003"
KAS = "GitLab Agent endpoints"
ANSWER = {"api_version": TEXT}
KAS_REFUSAL = message("KAS JWT authentication invalid")


def checks(world: World) -> list[Check]:
    """Return the checks."""
    return [*_accepted(), *_refused(), *_as_parameter(), *_closed(), *_of_kas(), *_of_agents()]


def _check(name: str, reference: str, by: Signer, *, accepted: bool) -> Check:
    return Check(
        name=f"authentication.{name}",
        reference=reference,
        calls=[get("check", by)],
        status=200 if accepted else 401,
        body=ANSWER if accepted else UNAUTHORIZED,
    )


def _accepted() -> Iterator[Check]:
    signers: dict[str, Signer] = {
        "secret_header": lambda known: known.shell_header(),
        "secret_header_trimmed": lambda known: _in_header(known.shell.strip()),
        "token": lambda known: known.shell_token(),
        "token_keyed_with_untrimmed_file": lambda known: known.shell_token(key=known.shell),
        "token_from_a_fast_clock": lambda known: known.shell_token(age=-10),
        "token_within_leeway": lambda known: known.shell_token(age=90),
        "bad_token_beside_good_secret": lambda known: {
            **known.shell_token(key=b"another key"),
            **known.shell_header(),
        },
        "authorization_is_ignored": lambda known: {**known.shell_token(), "Authorization": "Basic eDp5"},
    }
    for name, signer in signers.items():
        yield _check(name, TOKENS if "token" in name else DOCUMENT, signer, accepted=True)


def _refused() -> Iterator[Check]:
    signers: dict[str, Signer] = {
        "nothing": nobody,
        "wrong_secret": lambda known: _in_header(b"0" * len(known.shell)),
        "empty_secret": lambda known: _in_header(b""),
        "old_token": lambda known: known.shell_token(age=300),
        "token_of_another_issuer": lambda known: known.shell_token(iss="gitlab-kas"),
        "token_with_another_key": lambda known: known.shell_token(key=b"another key of some length....."),
        "token_without_signature": _without_signature,
        "personal_access_token": lambda known: {"PRIVATE-TOKEN": "glpat-00000000000000000000"},
    }
    for name, signer in signers.items():
        yield _check(f"no_{name}", TOKENS if "token" in name else DOCUMENT, signer, accepted=False)


def _in_header(secret: bytes) -> Headers:
    return {"Gitlab-Shared-Secret": base64.b64encode(secret).decode()}


def _without_signature(known: Credentials) -> Headers:
    now = int(time.time())
    return {"Gitlab-Shell-Api-Request": unsigned({"iss": "gitlab-shell", "iat": now, "exp": now + 60})}


def _as_parameter() -> Iterator[Check]:
    yield Check(
        name="authentication.secret_token_in_query",
        reference=DOCUMENT,
        calls=[
            Call(method="GET", path="check", by=nobody, query_by=_raw),
            Call(method="GET", path="check", by=nobody, query_by=_in_base64),
        ],
        body=ANSWER,
    )
    yield Check(
        name="authentication.secret_token_in_body",
        reference=DOCUMENT,
        calls=[Call(method="POST", path="two_factor_push_otp_check", by=nobody, body_by=_in_json)],
        body={"success": False},
    )
    places = {"query": get, "json": post, "form": post_form}
    for place, call in places.items():
        path = "check" if place == "query" else "two_factor_push_otp_check"
        yield Check(
            name=f"authentication.no_secret_token_in_{place}",
            reference=DOCUMENT,
            calls=[call(path, nobody, secret_token="wrong")],  # noqa: S106 -- so it is
            status=401,
            body=UNAUTHORIZED,
        )


def _raw(known: Credentials) -> Headers:
    return {"secret_token": known.shell.decode("utf-8", "replace").rstrip("\r\n")}


def _in_base64(known: Credentials) -> Headers:
    return {"secret_token": base64.b64encode(known.shell).decode()}


def _in_json(known: Credentials) -> Body:
    return Body(json.dumps(_raw(known)).encode(), JSON)


def _closed() -> Iterator[Check]:
    """Nobody gets in anywhere without a credential."""
    paths = {
        "POST": (
            "allowed",
            "lfs_authenticate",
            "two_factor_recovery_codes",
            "personal_access_token",
            "pre_receive",
            "post_receive",
            "two_factor_config",
            "two_factor_otp_check",
            "two_factor_manual_otp_check",
            "two_factor_push_otp_check",
            "shellhorse/git_audit_event",
        ),
        "GET": ("authorized_keys", "discover", "check", "authorized_certs", "lfs"),
    }
    for method, names in paths.items():
        for path in names:
            yield Check(
                name=f"authentication.closed_{path.replace('/', '_')}",
                reference=DOCUMENT,
                calls=[Call(method=method, path=path, by=nobody)],
                status=401,
                body=UNAUTHORIZED,
            )


def _of_kas() -> Iterator[Check]:
    refused: dict[str, Signer] = {
        "nothing": nobody,
        "shared_secret": shell,
        "old_token": lambda known: known.kas_token(age=60),
        "token_of_another_issuer": lambda known: known.kas_token(iss="gitlab-shell"),
        "token_for_somebody_else": lambda known: known.kas_token(aud=["another"]),
        "token_with_another_key": lambda known: known.kas_token(key=b"0" * 32),
    }
    for name, signer in refused.items():
        yield Check(
            name=f"authentication.kas_no_{name}",
            reference=KAS,
            calls=[post("kubernetes/usage_metrics", signer)],
            status=401,
            body=KAS_REFUSAL,
            needs=("kas",),
        )


def _of_agents() -> Iterator[Check]:
    yield Check(
        name="authentication.kas_without_agent",
        reference=KAS,
        calls=[get("kubernetes/agent_info", kas), get("kubernetes/agent_info", _unknown_agent)],
        status=401,
        body=UNAUTHORIZED,
        needs=("kas",),
    )
    yield Check(
        name="authentication.agent_headers",
        reference="decision 0040",
        calls=[
            get("kubernetes/agent_info", _agent_by("Authorization", "Bearer ")),
            get("kubernetes/agent_info", _agent_by("Authorization", "Token ")),
            get("kubernetes/agent_info", _agent_by("Gitlab-Agent-Api-Request", "")),
        ],
        needs=("kas", "agent"),
        alike=True,
    )


def _unknown_agent(known: Credentials) -> Headers:
    return {**known.kas_token(), "Authorization": f"Bearer {'x' * 50}"}


def _agent_by(header: str, scheme: str) -> Signer:
    return lambda known: {**known.kas_token(), header: f"{scheme}{known.agent}"}
