"""From the serializers that endpoints read their parameters with to the rows of the schema.

Nothing is written down twice: what a serializer gains is in the schema, and what it loses is not.
"""

from collections.abc import Iterable
from functools import singledispatch
from typing import Any, TypeAlias, cast

from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.serializers import ListSerializer, Serializer

from apps.core.api import plain_fields
from apps.core.api import serializer_fields as fields
from apps.core.schema.json_schema import TEXT, array, nullable
from apps.core.schema.operations import JsonSchema, Parameter

AnyField: TypeAlias = "serializers.Field[Any, Any, Any, Any]"
# What is accepted is more than what clients should send: forms and query strings have only texts.
WHOLE_NUMBER: JsonSchema = {
    "anyOf": [
        {"type": "integer", "minimum": fields.MIN_INTEGER, "maximum": fields.MAX_INTEGER},
        {"type": "string", "pattern": r"^(\s*[+-]?[0-9]+(_[0-9]+)*\s*)?$"},
    ]
}
TRUTH: JsonSchema = {
    "anyOf": [
        {"type": "boolean"},
        {"enum": [0, 1]},
        {"type": "string", "enum": ["", "true", "false", "yes", "no", "on", "off", "t", "f", "1", "0"]},
    ]
}
DAY: JsonSchema = {"type": "string", "examples": ["2021-06-13", "13 Jun 2021"]}
SCALAR: JsonSchema = {"type": ["string", "number", "boolean"]}
IDENTIFIER: JsonSchema = {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]}
OPTIONAL_TEXT: JsonSchema = {"type": ["string", "null"]}


def of_serializer(
    kind: type[Serializer[Any]], *, optional: tuple[str, ...] = (), order: tuple[str, ...] = ()
) -> tuple[Parameter, ...]:
    """Return the rows of a serializer, described by the help texts of its fields.

    ``optional`` names fields that other requests than those of this serializer may lack, ``order`` all of
    them where the document has another order than the one in which they are checked.
    """
    declared: dict[str, AnyField] = dict(kind().fields.items())
    return tuple(
        Parameter(
            name, _with_null(field), field.required and name not in optional, str(field.help_text or "")
        )
        for name, field in ((name, declared[name]) for name in order or declared)
    )


def body_of(parameters: Iterable[Parameter]) -> JsonSchema:
    """Return the object that carries these parameters; others are ignored."""
    rows = list(parameters)
    schema: JsonSchema = {"type": "object", "properties": {row.name: _described(row) for row in rows}}
    required = [row.name for row in rows if row.required]
    return {**schema, "required": required} if required else schema


def _described(row: Parameter) -> JsonSchema:
    return {**row.schema, "description": row.description} if row.description else row.schema


def _with_null(field: AnyField) -> JsonSchema:
    schema = schema_of(field)
    # What has a default is left out by whoever has nothing to say.
    optional = not field.required and field.default is empty
    return nullable(schema) if field.allow_null or optional else schema


@singledispatch
def schema_of(field: AnyField) -> JsonSchema:
    """Return what a field accepts. An app that has a kind of its own registers it."""
    raise NotImplementedError(f"no schema for {type(field).__name__}")


@schema_of.register
def _(field: plain_fields.PlainText | plain_fields.Unread) -> JsonSchema:
    return TEXT


@schema_of.register
def _(field: plain_fields.PlainTexts) -> JsonSchema:
    return {"anyOf": [array(TEXT), OPTIONAL_TEXT, {"type": "object", "maxProperties": 0}]}


@schema_of.register
def _(field: plain_fields.PlainIdentifier) -> JsonSchema:
    return IDENTIFIER


@schema_of.register
def _(field: fields.WholeNumber) -> JsonSchema:
    return WHOLE_NUMBER


@schema_of.register
def _(field: fields.Truth) -> JsonSchema:
    return TRUTH


@schema_of.register
def _(field: fields.Day) -> JsonSchema:
    return DAY


@schema_of.register
def _(field: fields.WholeNumbers) -> JsonSchema:
    return array(nullable(WHOLE_NUMBER))


@schema_of.register
def _(field: fields.Text) -> JsonSchema:
    length = {"maxLength": field.max_length} if field.max_length is not None else {}
    return {**SCALAR, **({} if field.blank else {"pattern": r"\S"}), **length}


@schema_of.register
def _(field: fields.Word) -> JsonSchema:
    return {"type": "string", "enum": list(field.words)}


@schema_of.register
def _(field: fields.Items) -> JsonSchema:
    return {"type": "array"}


@schema_of.register
def _(field: fields.Texts) -> JsonSchema:
    return array(SCALAR)


@schema_of.register
def _(field: fields.Content) -> JsonSchema:
    return {"type": "object"}


@schema_of.register
def _(field: Serializer) -> JsonSchema:  # type: ignore[type-arg]  # singledispatch takes plain classes
    return body_of(
        Parameter(name, _with_null(inner), inner.required, str(inner.help_text or ""))
        for name, inner in field.fields.items()
    )


@schema_of.register
def _(field: ListSerializer) -> JsonSchema:  # type: ignore[type-arg]  # singledispatch takes plain classes
    return array(schema_of(cast("AnyField", field.child)), **({} if field.allow_empty else {"minItems": 1}))
