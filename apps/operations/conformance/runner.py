"""Run the checks, one after the other, and say of each what was seen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from apps.operations.conformance.check import Call, Check
from apps.operations.conformance.credentials import Credentials
from apps.operations.conformance.matching import Difference, differences, expectation, shown
from apps.operations.conformance.transport import NoAnswer, ReceivedAnswer, TestedServer

TEXT = "text/plain"
TOKENS = frozenset({"agent", "admin"})


class Verdict(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    DIFFERS = "differs"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """One check and what became of it. ``reason`` says why it was skipped."""

    check: Check
    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    reason: str = ""


def run(
    checks: Iterable[Check], server: TestedServer, credentials: Credentials, *, write: bool
) -> Iterator[Result]:
    """Yield the result of each check as it comes."""
    for check in checks:
        if reason := _reason_to_skip(check, credentials, write=write):
            yield Result(check, Verdict.SKIPPED, reason=reason)
            continue
        found = tuple(_judge(check, server, credentials))
        yield Result(check, Verdict.DIFFERS if found else Verdict.PASSED, found)


def _reason_to_skip(check: Check, credentials: Credentials, *, write: bool) -> str:
    if check.writes and not write:
        return "it writes: --write"
    for need in check.needs:
        if getattr(credentials, need) is None:
            return f"it needs --{need}-{'token' if need in TOKENS else 'secret'}-file"
    return ""


def _judge(check: Check, server: TestedServer, credentials: Credentials) -> Iterator[Difference]:
    first: ReceivedAnswer | None = None
    for number, call in enumerate(check.calls, 1):
        prefix = f"call {number}: " if len(check.calls) > 1 else ""
        try:
            answer = _sent(call, server, credentials)
        except NoAnswer as reason:
            yield Difference(f"{prefix}answer", f"status {check.status}", str(reason))
            return
        for found in _compare(check, answer):
            yield Difference(prefix + found.what, found.expected, found.seen)
        if check.alike and first is not None and answer.body != first.body:
            yield Difference(f"{prefix}body", f"as in call 1: {_text(first)}", _text(answer))
        first = first or answer


def _sent(call: Call, server: TestedServer, credentials: Credentials) -> ReceivedAnswer:
    headers = {"User-Agent": "conformance", **call.by(credentials), **call.headers}
    target = call.target(credentials)
    body = call.body_by(credentials) if call.body_by else call.body
    if body is None:
        return server.send(call.method, target, body=None, headers=headers)
    headers = {"Content-Type": body.media_type, **headers}
    return server.send(call.method, target, body=body.content, headers=headers, chunked=body.chunked)


def _compare(check: Check, answer: ReceivedAnswer) -> Iterator[Difference]:
    if answer.status != check.status:
        yield Difference("status", str(check.status), f"{answer.status}, {_text(answer)}")
        return
    yield from _compare_media_type(check, answer)
    for name, expected in check.headers.items():
        yield from differences(expected, answer.headers.get(name), f"header {name}")
    if answer.status == 204:
        if answer.body:
            yield Difference("body", "nothing", _text(answer))
    elif check.body is not ...:
        yield from _compare_body(check, answer)


def _compare_media_type(check: Check, answer: ReceivedAnswer) -> Iterator[Difference]:
    seen = answer.headers.get("content-type", "")
    wanted = check.media_type
    if wanted and answer.status != 204 and seen.partition(";")[0].strip().lower() != wanted:
        yield Difference("header content-type", wanted, seen or "nothing")


def _compare_body(check: Check, answer: ReceivedAnswer) -> Iterator[Difference]:
    if check.media_type == TEXT:
        yield from differences(check.body, answer.body.decode("utf-8", "replace"))
        return
    try:
        body = answer.json()
    except ValueError:
        yield Difference("body", expectation(check.body), _text(answer))
    else:
        yield from differences(check.body, body)


def _text(answer: ReceivedAnswer) -> str:
    try:
        return shown(answer.json())
    except ValueError:
        return shown(answer.body.decode("utf-8", "replace"))
