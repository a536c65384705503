"""What a body must look like, and where one does not. Keys that nobody expects are no difference."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 200  # characters of a value that are shown
SECRET = frozenset({"token", "lfs_token", "recovery_codes"})


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Any value of a kind."""

    name: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Exactly:
    """An object with these keys and no others."""

    content: Mapping[str, Any]


TEXT = AnyOf("a text", lambda value: isinstance(value, str))
NAMED = AnyOf("a text that is not empty", lambda value: isinstance(value, str) and value != "")
INTEGER = AnyOf("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool))
BOOLEAN = AnyOf("true or false", lambda value: isinstance(value, bool))
TEXTS = AnyOf(
    "a list of texts", lambda value: isinstance(value, list) and all(isinstance(x, str) for x in value)
)
TEXT_OR_NULL = AnyOf("a text or null", lambda value: value is None or isinstance(value, str))
INTEGER_OR_NULL = AnyOf("a whole number or null", lambda value: value is None or INTEGER.holds(value))
FLAGS = AnyOf(
    'an object of "true" and "false", as texts',
    lambda value: isinstance(value, dict) and all(flag in ("true", "false") for flag in value.values()),
)


def text_like(pattern: str, name: str) -> AnyOf:
    """A text that the pattern matches as a whole."""
    compiled = re.compile(pattern, re.DOTALL)
    return AnyOf(name, lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None)


TIMESTAMP = text_like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "a moment in UTC with milliseconds")
SIGNED = text_like(r"[\w-]+\.[\w-]+\.[\w-]+", "a signed token")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something is not as the contract has it."""

    what: str
    expected: str
    seen: str


def differences(expected: Any, seen: Any, at: str = "body") -> Iterator[Difference]:
    """Yield where ``seen`` is not what is expected."""
    match expected:
        case AnyOf():
            if not expected.holds(seen):
                yield Difference(at, expected.name, shown(seen))
        case Exactly():
            yield from differences(expected.content, seen, at)
            if isinstance(seen, dict) and (more := sorted(set(seen) - set(expected.content))):
                yield Difference(at, f"no key but {', '.join(expected.content)}", f"also {', '.join(more)}")
        case Mapping():
            yield from _in_object(expected, seen, at)
        case list():
            yield from _in_list(expected, seen, at)
        case _:
            # true is not 1, and 1 is not 1.0: clients of these answers are strict about types.
            if type(expected) is not type(seen) or expected != seen:
                yield Difference(at, shown(expected), shown(seen))


def _in_object(expected: Mapping[str, Any], seen: Any, at: str) -> Iterator[Difference]:
    if not isinstance(seen, dict):
        yield Difference(at, "an object", shown(seen))
        return
    for name, value in expected.items():
        if name not in seen:
            yield Difference(f"{at}.{name}", expectation(value), "nothing")
        else:
            yield from differences(value, seen[name], f"{at}.{name}")


def _in_list(expected: list[Any], seen: Any, at: str) -> Iterator[Difference]:
    if not isinstance(seen, list) or len(seen) != len(expected):
        yield Difference(at, f"a list of {len(expected)}", shown(seen))
        return
    for index, (wanted, value) in enumerate(zip(expected, seen, strict=True)):
        yield from differences(wanted, value, f"{at}[{index}]")


def expectation(expected: Any) -> str:
    """Write what is expected."""
    match expected:
        case AnyOf():
            return expected.name
        case Exactly():
            return f"exactly {expectation(expected.content)}"
        case Mapping():
            return "{" + ", ".join(f"{name}: {expectation(value)}" for name, value in expected.items()) + "}"
        case _:
            return shown(expected)


def shown(value: Any) -> str:
    """Write a value that came, shortened, and without the secrets in it."""
    text = json.dumps(_without_secrets(value), ensure_ascii=False)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _without_secrets(value: Any) -> Any:
    match value:
        case dict():
            return {
                name: "[hidden]" if name in SECRET and inner else _without_secrets(inner)
                for name, inner in value.items()
            }
        case list():
            return [_without_secrets(inner) for inner in value]
        case _:
            return value
