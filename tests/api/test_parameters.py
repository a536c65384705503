"""Parameters are the same wherever they come from: query string, form, multipart form or JSON."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.api.brackets import MAX_DEPTH, nested
from apps.core.api.parsers import pairs_of
from tests.callers import Caller, shared_secret

pytestmark = pytest.mark.urls("tests.api.probes")

FORM = "application/x-www-form-urlencoded"

names = st.text("abcdefghij_", min_size=1, max_size=4)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
lists = st.lists(texts, min_size=1, max_size=4)
# Elements with the same keys: of others a form cannot tell where one ends.
objects = st.lists(names, min_size=1, max_size=3, unique=True).flatmap(
    lambda keys: st.lists(st.fixed_dictionaries(dict.fromkeys(keys, texts)), min_size=1, max_size=3)
)
parameters = st.dictionaries(
    names,
    st.recursive(
        texts | lists | objects,
        lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=4,
)


def pairs(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Write parameters as the bracket convention does."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from pairs(inner, f"{name}[{key}]" if name else key)
    elif isinstance(value, list):
        for element in value:
            yield from pairs(element, f"{name}[]")
    else:
        yield name, value


@settings(max_examples=50)
@given(parameters)
def test_brackets_say_what_json_says(values: dict[str, Any]) -> None:
    assert nested(pairs(values)) == values
    assert nested(pairs_of(urlencode(list(pairs(values))).encode())) == values


@settings(max_examples=25)
@given(parameters)
def test_all_four_places_give_the_same_parameters(values: dict[str, Any]) -> None:
    shell = Caller(sign=shared_secret, user_agent="GitLab-Shell")
    encoded = urlencode(list(pairs(values)))

    answers = [
        shell.request("GET", "/show", QUERY_STRING=encoded),
        shell.request("POST", "/show", encoded, content_type=FORM),
        shell.request("POST", "/show", multipart(values), content_type="multipart/form-data; boundary=bb"),
        shell.request("POST", "/show", json.dumps(values), content_type="application/json"),
    ]

    assert [answer.json() for answer in answers] == [values] * 4


def multipart(values: dict[str, Any]) -> bytes:
    part = '--bb\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    return ("".join(part.format(*pair) for pair in pairs(values)) + "--bb--\r\n").encode()


@given(st.lists(st.tuples(st.text("a[]", max_size=8), texts), max_size=8))
def test_no_combination_of_brackets_fails(written: list[tuple[str, str]]) -> None:
    assert isinstance(nested(written), dict)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1&a=2", {"a": "2"}),
        ("a", {"a": ""}),
        ("a=&=b&&", {"a": "", "": "b"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=1+2%2B3", {"a": "1 2+3"}),
        ("a=%ff", {"a": "\ufffd"}),
        ("scopes[]=a&scopes[]=b", {"scopes": ["a", "b"]}),
        ("scopes%5B%5D=a", {"scopes": ["a"]}),
        ("packfile_stats[wants]=1&packfile_stats[haves]=2", {"packfile_stats": {"wants": "1", "haves": "2"}}),
        ("a[][b]=1&a[][c]=2&a[][b]=3", {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
        ("a[][b][]=1&a[][b][]=2", {"a": [{"b": ["1", "2"]}]}),
        ("a[][b][c]=1&a[][b][c]=2", {"a": [{"b": {"c": "1"}}, {"b": {"c": "2"}}]}),
        ("a[b=1&a]=2&[a]=3&a[b]c=4", {"a[b": "1", "a]": "2", "[a]": "3", "a[b]c": "4"}),
        ("a[]=1&a[b]=2", {"a": ["1"]}),
        ("a=1&a[]=2", {"a": "1"}),
        ("a=1&a[b]=2", {"a": "1"}),
        ("a[b]=1&a=2", {"a": "2"}),
    ],
)
def test_pairs_and_brackets_are_read_so(shell: Caller, query: str, expected: dict[str, Any]) -> None:
    for response in (
        shell.request("GET", "/show", QUERY_STRING=query),
        shell.request("POST", "/show", query, content_type=FORM),
    ):
        assert (response.status_code, response.json()) == (200, expected)


def test_brackets_beyond_all_measure_are_taken_literally() -> None:
    deepest, too_deep = "a" + "[b]" * MAX_DEPTH, "a" + "[b]" * (MAX_DEPTH + 1)

    assert list(nested([(deepest, "1")])) == ["a"]
    assert nested([(too_deep, "1")]) == {too_deep: "1"}


@pytest.mark.parametrize("content_type", ["application/json", FORM])
def test_the_body_wins_over_the_query_string(shell: Caller, content_type: str) -> None:
    body = {"a": "body", "b": "body"}
    encoded = urlencode(body) if content_type == FORM else json.dumps(body)

    response = shell.request(
        "POST", "/show", encoded, content_type=content_type, QUERY_STRING="a=query&c=query"
    )

    assert response.json() == {"a": "body", "c": "query", "b": "body"}


def test_a_get_request_with_a_content_type_and_no_body_has_its_query(shell: Caller) -> None:
    response = shell.request("GET", "/show", content_type="application/json", QUERY_STRING="a=1")

    assert response.json() == {"a": "1"}


def test_a_body_of_a_get_request_counts_as_any_other(shell: Caller) -> None:
    response = shell.client.generic(
        "GET", "/show", '{"a": "body"}', content_type="application/json", headers=shared_secret()
    )

    assert response.json() == {"a": "body"}
