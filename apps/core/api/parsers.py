"""Three kinds of body, one result: a plain value as JSON would have it."""

import codecs
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import IO, Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from rest_framework import parsers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from apps.core import json_values
from apps.core.api import brackets
from apps.core.api.errors import BodyTooLarge


def _read(stream: IO[bytes], context: Mapping[str, Any] | None) -> bytes:
    """Read a whole body.

    Raises:
        BodyTooLarge: the body is larger than ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes.
    """
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if context and int(context["request"].META.get("CONTENT_LENGTH") or 0) > limit:
        raise BodyTooLarge  # the web server has not even read it
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise BodyTooLarge
    return body


class StrictJSONParser(BaseParser):
    """Refuse ``NaN``, ``Infinity``, bytes that are not UTF-8 and nesting beyond the decoder."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the decoded body; an empty one is ``{}``.

        Raises:
            ParseError: the body is not JSON.
        """
        body = _read(stream, parser_context).removeprefix(codecs.BOM_UTF8)
        if not body.strip():
            return {}
        try:
            return json_values.decode(body.decode())
        except ValueError as error:
            raise ParseError("not JSON") from error


class UnwrappingJSONParser(StrictJSONParser):
    """Also read JSON inside a JSON text: GitLab's document encodes its example of an alert twice."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the decoded body; a text that holds no JSON is ``{}``."""
        body = super().parse(stream, media_type, parser_context)
        if not isinstance(body, str):
            return body
        try:
            return json_values.decode(body)
        except ValueError:
            return {}


class BracketFormParser(BaseParser):
    """``application/x-www-form-urlencoded`` with brackets; the order of the pairs counts."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the decoded form."""
        return brackets.nested(pairs_of(_read(stream, parser_context)))


class BracketMultiPartParser(BaseParser):
    """``multipart/form-data`` with brackets; files are ignored."""

    media_type = "multipart/form-data"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the decoded form.

        Raises:
            ParseError: the body is not a multipart form.
            BodyTooLarge: it is larger than a body may be, files included, or has too many parts.
        """
        request: Request = (parser_context or {})["request"]
        if int(request.META["CONTENT_LENGTH"]) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge
        try:
            form = parsers.MultiPartParser().parse(stream, media_type, parser_context)
        except SuspiciousOperation as error:  # Django counts the parts
            raise BodyTooLarge from error
        return brackets.nested(_in_turns(form.data))


def pairs_of(encoded: bytes) -> list[tuple[str, str]]:
    """Return the pairs of a query string or form in their order; what is not UTF-8 becomes U+FFFD.

    Raises:
        BodyTooLarge: there are more than ``DATA_UPLOAD_MAX_NUMBER_FIELDS``.
    """
    text = encoded.decode("utf-8", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS)
    except ValueError as error:
        raise BodyTooLarge from error


def _in_turns(form: QueryDict) -> Iterator[tuple[str, str]]:
    """Django groups a multipart form by name: take the first values, then the second ones."""
    names, lists = zip(*form.lists(), strict=True) if form else ((), ())
    for values in zip_longest(*lists):
        for name, value in zip(names, values, strict=True):
            if value is not None:
                yield name, value
