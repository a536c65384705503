"""Bodies that cannot be read, or not be used: 400, 413 or 415, and 401 for whoever has no credential."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from apps.core.json_values import MAX_DIGITS
from tests.callers import Caller

pytestmark = pytest.mark.urls("tests.api.probes")

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
UNAUTHORIZED = (401, {"message": "401 Unauthorized"})
MALFORMED = (400, {"message": "400 Bad request - The request body is not valid JSON"})
NO_OBJECT = (400, {"message": "400 Bad request - The request body must be a JSON object"})
UNSUPPORTED = (415, {"message": "415 Unsupported Media Type"})
TOO_LARGE = (413, {"message": "413 Request Entity Too Large"})


def send(caller: Caller, body: Any, content_type: str, path: str = "/typed") -> tuple[int, Any]:
    response = caller.request("POST", path, body, content_type=content_type)
    return response.status_code, response.json()


both_readers = pytest.mark.parametrize("path", ["/typed", "/by_hand"])
"""Of the serializers, and of the endpoints that are read by hand."""


def invalid(name: str) -> tuple[int, Any]:
    return 400, {"message": f'400 Bad request - "{name}" is invalid'}


NO_JSON = {
    "cut off": b'{"name": ',
    "words": b"name",
    "two": b"{}{}",
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "not UTF-8": b'{"name": "\xff"}',
    "UTF-16": json.dumps({"name": "x"}).encode("utf-16"),
    "deep": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "long number": b'{"id": ' + b"9" * (MAX_DIGITS + 1) + b"}",
    "single quotes": b"{'name': 'x'}",
    "NUL": b'{"name": "x"}\0',
}
malformed_json = pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)


@malformed_json
def test_malformed_json_is_refused(shell: Caller, body: bytes) -> None:
    assert send(shell, body, JSON) == MALFORMED


@malformed_json
def test_malformed_json_without_credential_is_no_more_than_that(stranger: Caller, body: bytes) -> None:
    assert send(stranger, body, JSON) == UNAUTHORIZED


@pytest.mark.parametrize("body", [b"[]", b'["name"]', b'"name"', b"5", b"true", b"null"])
def test_json_that_is_no_object_is_refused(shell: Caller, stranger: Caller, body: bytes) -> None:
    assert send(shell, body, JSON) == NO_OBJECT
    assert send(stranger, body, JSON) == UNAUTHORIZED


@pytest.mark.parametrize("body", [b"", b" \r\n", b"{}", b"\xef\xbb\xbf{}", b'{"name": null, "id": null}'])
def test_an_empty_body_has_no_parameters(shell: Caller, body: bytes) -> None:
    assert send(shell, body, JSON) == (200, {"name": None, "id": None, "all": []})


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "image/png", "nonsense"])
def test_a_request_without_body_may_name_any_content_type(shell: Caller, content_type: str) -> None:
    assert send(shell, b"", content_type)[0] == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/octet-stream",
        "application/jsonp",
        "nonsense",
        "text",
    ],
)
def test_another_media_type_is_not_supported(shell: Caller, stranger: Caller, content_type: str) -> None:
    assert send(shell, b"{}", content_type) == UNSUPPORTED
    assert send(stranger, b"{}", content_type) == UNAUTHORIZED


def test_a_body_without_media_type_is_not_supported(shell: Caller) -> None:
    response = shell.client.generic("POST", "/typed", "{}", content_type="", headers=shell.sign())

    assert (response.status_code, response.json()) == UNSUPPORTED


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=bogus"]
)
def test_json_may_be_called_so_in_several_ways(shell: Caller, content_type: str) -> None:
    assert send(shell, b'{"name": "\xc3\xa9"}', content_type)[1]["name"] == "é"


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=é"],
)
def test_a_multipart_form_without_boundary_is_refused(shell: Caller, content_type: str) -> None:
    assert send(shell, b"--b--\r\n", content_type)[0] == 400


def multipart(size: int, *, file: bool) -> bytes:
    name = b'name="name"; filename="f"' if file else b'name="name"'
    return b"--b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n--b--\r\n" % (name, b"x" * size)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"name": "' + b"x" * 1000 + b'"}', JSON),
        (b"name=" + b"x" * 1000, FORM),
        (multipart(1000, file=False), MULTIPART),
        (multipart(1000, file=True), MULTIPART),
    ],
    ids=["json", "form", "multipart", "file"],
)
def test_a_body_that_is_too_large_is_refused(
    shell: Caller, stranger: Caller, settings: Settings, body: bytes, content_type: str
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = len(body) - 1
    assert send(shell, body, content_type) == TOO_LARGE
    assert send(stranger, body, content_type) == UNAUTHORIZED

    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = len(body)
    assert send(shell, body, content_type)[0] == 200


@pytest.mark.parametrize("content_type", [FORM, "multipart"])
def test_a_form_with_too_many_fields_is_refused(
    shell: Caller, stranger: Caller, settings: Settings, content_type: str
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    part = b'--b\r\nContent-Disposition: form-data; name="a[]"\r\n\r\n1\r\n'
    body, media_type = (
        (b"&".join([b"a[]=1"] * 11), FORM) if content_type == FORM else (part * 12 + b"--b--\r\n", MULTIPART)
    )

    assert send(shell, body, media_type) == TOO_LARGE
    assert send(stranger, body, media_type) == UNAUTHORIZED


def test_files_are_ignored(shell: Caller) -> None:
    body = {"id": "5", "name": SimpleUploadedFile("name", b"content")}

    response = shell.request("POST", "/typed", body, format="multipart")

    assert (response.status_code, response.json()) == (200, {"name": None, "id": 5, "all": []})


@both_readers
@pytest.mark.parametrize(
    "value", [5, 1.5, True, [], ["x"], {}, {"a": "b"}, "a\0b", "\0", "\ud800", "\udfff\ud800"]
)
def test_a_text_that_is_none_or_cannot_be_stored_is_invalid(shell: Caller, path: str, value: Any) -> None:
    assert send(shell, json.dumps({"name": value}), JSON, path) == invalid("name")


@pytest.mark.parametrize("content_type", [FORM, "query"])
def test_a_nul_character_is_invalid_wherever_it_comes_from(shell: Caller, content_type: str) -> None:
    if content_type == "query":
        response = shell.request("POST", "/typed?name=a%00b")
        assert (response.status_code, response.json()) == invalid("name")
    else:
        assert send(shell, b"name=a%00b", content_type) == invalid("name")


@both_readers
@pytest.mark.parametrize("value", ["", " ", "é", "😀", "\ufffd", "\u2028", "a\nb"])
def test_any_other_text_is_taken_as_it_is(shell: Caller, path: str, value: str) -> None:
    assert send(shell, json.dumps({"name": value}), JSON, path)[1]["name"] == value


@both_readers
@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        ("7", 7),
        ("007", 7),
        (2**63 - 1, 2**63 - 1),
        (2**63, -1),
        (0, -1),
        (-7, -1),
        ("0", -1),
        ("-7", -1),
        ("+7", -1),
        ("12abc", -1),
        ("1e3", -1),
        ("9" * 19, -1),
        ("9" * 5000, -1),
        ("\u0667", -1),
        (" 7", -1),
        ("", -1),
        (7.0, -1),
    ],
)
def test_only_decimal_digits_that_fit_the_column_are_an_id(
    shell: Caller, path: str, value: Any, number: int
) -> None:
    assert send(shell, json.dumps({"id": value}), JSON, path)[1]["id"] == number


@both_readers
@pytest.mark.parametrize("value", [True, [], [7], {"a": 7}, "7\0"])
def test_an_id_of_another_type_is_invalid(shell: Caller, path: str, value: Any) -> None:
    assert send(shell, json.dumps({"id": value}), JSON, path) == invalid("id")


@pytest.mark.parametrize(
    ("value", "texts"),
    [(None, []), ({}, []), ([], []), ("", [""]), ("x", ["x"]), (["x", "", "x"], ["x", "", "x"])],
)
def test_a_list_of_texts_may_be_one_text(shell: Caller, value: Any, texts: list[str]) -> None:
    assert send(shell, json.dumps({"all": value}), JSON)[1]["all"] == texts


@pytest.mark.parametrize("value", [5, False, {"a": "b"}, [5], [None], [["x"]], ["a\0b"], ["\ud800"]])
def test_a_list_with_anything_but_texts_is_invalid(shell: Caller, value: Any) -> None:
    assert send(shell, json.dumps({"all": value}), JSON) == invalid("all")
