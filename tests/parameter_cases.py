"""Bodies with one or three things wrong, made from a good one, and what was written down about each.

An endpoint's answers stand in a `parameter_answers.json` beside its test: under each text the names of the
cases that get it. An answer that is meant to change is changed there.
"""

import copy
import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ABSENT = object()
VALUES: dict[str, Any] = {
    "absent": ABSENT,
    "null": None,
    "empty text": "",
    "blank": " ",
    "word": "word",
    "digits": "7",
    "number": 5,
    "fraction": 1.5,
    "beyond 32 bits": 2**31,
    "true": True,
    "list": [],
    "list of null": [None],
    "list of numbers": [5],
    "list of lists": [[]],
    "object": {},
    "object with NUL": {"x": "\0"},
    "long text": "x" * 16_000,
    "255 characters": "y" * 255,
    "256 characters": "z" * 256,
    "NUL": "a\0b",
    "surrogate": "\ud800",
    "capitals": "HIGH",
    "JSON text": '{"a": 1}',
}
Place = tuple[str | int, ...]


def written_down(beside: str, name: str) -> dict[str, str]:
    """Return the answer to each case of an endpoint; ``beside`` is the file of the test."""
    answers: dict[str, list[str]] = json.loads(Path(beside).with_name("parameter_answers.json").read_text())[
        name
    ]
    return {case: text for text, cases in answers.items() for case in cases}


def cases(name: str, body: Any, values: Mapping[str, Any] = VALUES) -> Iterator[tuple[str, Any]]:
    """Yield name and body of every case of an endpoint: each value at each place, and three at once."""
    places = list(_places(body))
    for place in places:
        for named, value in values.items():
            yield f"{place}: {named}", _changed(body, [(place, value)])
    chance = random.Random(name)
    for number in range(40):
        changes = [(chance.choice(places), chance.choice(list(values.values()))) for _ in range(3)]
        yield f"three {number}", _changed(body, changes)


def _places(value: Any, path: Place = ()) -> Iterator[Place]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in inner:
        yield from _places(member, (*path, key))


def _changed(body: Any, changes: list[tuple[Place, Any]]) -> Any:
    body = copy.deepcopy(body)
    for place, value in changes:
        _put(body, place, value)
    return body


def _put(body: Any, place: Place, value: Any) -> None:
    """Change what is at a place, unless an earlier change took the place away."""
    *way, last = place
    try:
        for key in way:
            body = body[key]
        body[last]
    except (LookupError, TypeError):
        if not isinstance(body, dict) or not isinstance(last, str) or value is ABSENT:
            return
    if isinstance(body, str):
        return
    if value is ABSENT:
        del body[last]
    else:
        body[last] = copy.deepcopy(value)
