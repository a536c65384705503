"""How requests and answers travel: paths, methods, media types, encodings."""

from collections.abc import Iterator

from apps.operations.conformance.check import (
    INTERNAL,
    JSON,
    Call,
    Check,
    error,
    get,
    message,
    nobody,
    post,
    post_form,
    post_multipart,
    post_raw,
    send,
    shell,
)
from apps.operations.conformance.matching import TEXT, text_like
from apps.operations.conformance.world import World

REDIRECTS = "decision 0009"
REFUSALS = "decision 0002"
UNREADABLE = "decision 0008"
ROUTE_NOT_FOUND = error("404 Not Found")


def checks(world: World) -> list[Check]:
    """Return the checks."""
    return [
        *_paths(),
        *_addresses(),
        *_methods(),
        *_media_types(),
        *_bodies(),
        *_encodings(world),
        *_numbers(world),
    ]


def _paths() -> Iterator[Check]:
    yield Check(
        name="wire.unknown_path",
        reference=REDIRECTS,
        calls=[
            get("nothing", nobody),
            get("check/", nobody),
            get("/api/v4/nothing", nobody),
            post("allowed/", nobody),
        ],
        status=404,
        body=ROUTE_NOT_FOUND,
    )
    yield Check(
        name="wire.doubled_slash",
        reference=REDIRECTS,
        calls=[get(f"/{INTERNAL}/check")],
        body={"api_version": TEXT},
    )


def _addresses() -> Iterator[Check]:
    yield Check(
        name="wire.host_of_a_socket",
        reference="Git Authentication",
        calls=[
            Call(method="GET", path="check", by=shell, headers={"Host": "unix", "Content-Type": JSON}),
        ],
        body={"api_version": TEXT},
    )
    yield Check(
        name="wire.slash_behind_paths_of_kas",
        reference=REDIRECTS,
        calls=[post("kubernetes/usage_metrics", nobody), post("kubernetes/usage_metrics/", nobody)],
        status=401,
        alike=True,
    )


def _methods() -> Iterator[Check]:
    wrong = {"get": "check", "post": "allowed"}
    for method, path in wrong.items():
        yield Check(
            name=f"wire.wrong_method_for_{path}",
            reference=REFUSALS,
            calls=[Call(method="DELETE", path=path, by=nobody)],
            status=405,
            body=error("405 Not Allowed"),
            headers={"allow": text_like(rf".*\b{method.upper()}\b.*", f"a list with {method.upper()}")},
        )
    yield Check(
        name="wire.no_recovery_codes_by_get",
        reference="Get new 2FA recovery codes using an SSH key",
        calls=[get("two_factor_recovery_codes", nobody)],
        status=405,
        body=error("405 Not Allowed"),
    )


def _media_types() -> Iterator[Check]:
    yield Check(
        name="wire.always_json",
        reference="decision 0008",
        calls=[
            Call(method="GET", path="check", by=shell, headers={"Accept": accepted})
            for accepted in ("text/html", "application/xml", "nonsense", "*/*")
        ],
        body={"api_version": TEXT},
        alike=True,
    )
    yield Check(
        name="wire.refusals_are_json_for_browsers_too",
        reference="decision 0002",
        calls=[Call(method="GET", path="check", by=nobody, headers={"Accept": "text/html"})],
        status=401,
        body=message("401 Unauthorized"),
    )
    yield Check(
        name="wire.another_media_type",
        reference=UNREADABLE,
        calls=[post_raw("pre_receive", b"<a/>", "application/xml")],
        status=415,
        body=message("415 Unsupported Media Type"),
    )


def _bodies() -> Iterator[Check]:
    yield Check(
        name="wire.malformed_json",
        reference=UNREADABLE,
        calls=[
            post_raw("pre_receive", content, JSON) for content in (b"{", b"{'a': 1}", b'{"a": NaN}', b"\xff")
        ],
        status=400,
        body=message("400 Bad request - The request body is not valid JSON"),
    )
    yield Check(
        name="wire.json_that_is_no_object",
        reference=UNREADABLE,
        calls=[post_raw("pre_receive", body, JSON) for body in (b"[]", b'"text"', b"1")],
        status=400,
        body=message("400 Bad request - The request body must be a JSON object"),
    )
    yield Check(
        name="wire.strangers_learn_nothing_about_their_body",
        reference="decision 0003",
        calls=[post_raw("pre_receive", b"{", JSON, nobody)],
        status=401,
        body=message("401 Unauthorized"),
    )


def _question(world: World) -> dict[str, str]:
    asked = {"action": "git-upload-pack", "protocol": "ssh", "changes": "_any"}
    return {**asked, "key_id": str(world.key_id), "project": world.project_path}


def _encodings(world: World) -> Iterator[Check]:
    question = _question(world)
    yield Check(
        name="wire.one_question_in_every_encoding",
        reference="Git Authentication",
        calls=[
            post("allowed", **question),
            post("allowed", **question, parameter_of_next_year=[1]),
            send("POST", "allowed", shell, question, chunked=True),
            post_form("allowed", **question),
            post_multipart("allowed", **question),
            Call(method="POST", path="allowed", by=shell, query=question, headers={"Content-Type": JSON}),
        ],
        body={"status": True},
        alike=True,
    )


def _numbers(world: World) -> Iterator[Check]:
    question = _question(world)
    yield Check(
        name="wire.numbers_as_text_and_as_numbers",
        reference="decision 0008",
        calls=[post("allowed", **question), post("allowed", **{**question, "key_id": world.key_id})],
        body={"status": True},
        alike=True,
    )
    yield Check(
        name="wire.the_body_wins_over_the_query",
        reference="decision 0008",
        calls=[
            Call(
                method="POST",
                path="two_factor_config",
                by=shell,
                query={"key_id": world.key_id},
                body=post("x", key_id=world.missing_id).body,
            )
        ],
        body={"success": False, "message": "Could not find the given key"},
    )
