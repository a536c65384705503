"""From the tables that endpoints read their parameters with to the rows of the schema.

Nothing is written down twice: a parameter that a table gains is in the schema, and one that it loses is not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import singledispatch
from typing import Any

from apps.core.api import coercion
from apps.core.api.attribute_types import Array, Choice, Content, Integer, Integers, Text, Texts
from apps.core.api.attributes import Attribute, Object, Objects
from apps.core.api.fields import Field
from apps.core.schema.json_schema import array, nullable
from apps.core.schema.operations import JsonSchema, Parameter

# What is accepted is more than what clients should send: forms and query strings have only texts.
WHOLE_NUMBER: JsonSchema = {
    "anyOf": [
        {"type": "integer", "minimum": coercion.MIN_INTEGER, "maximum": coercion.MAX_INTEGER},
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

_READERS: Mapping[Callable[[Any], Any], JsonSchema] = {
    coercion.to_integer: WHOLE_NUMBER,
    coercion.to_date: DAY,
    coercion.to_boolean: TRUTH,
    coercion.to_string: SCALAR,
    coercion.to_object: {"type": "object"},
}


def of_fields(
    table: Iterable[Field],
    descriptions: Mapping[str, str],
    *,
    inside: Mapping[str, Sequence[Parameter]] | None = None,
) -> tuple[Parameter, ...]:
    """Return the rows of a table of fields; ``inside`` has the tables of those that are objects."""
    return tuple(_of_field(field, descriptions, inside or {}) for field in table)


def _of_field(
    field: Field, descriptions: Mapping[str, str], inside: Mapping[str, Sequence[Parameter]]
) -> Parameter:
    schema = body_of(inside[field.name]) if field.name in inside else _READERS[field.read]
    schema = nullable(schema) if field.may_be_empty else schema
    return Parameter(field.name, schema, field.required, descriptions.get(field.name, ""))


def of_attributes(table: Iterable[Attribute], descriptions: Mapping[str, str]) -> tuple[Parameter, ...]:
    """Return the rows of a table of attributes."""
    return tuple(
        Parameter(row.name, _with_null(row), row.required, descriptions.get(row.name, "")) for row in table
    )


def body_of(parameters: Iterable[Parameter]) -> JsonSchema:
    """Return the object that carries these parameters; others are ignored."""
    rows = list(parameters)
    schema: JsonSchema = {"type": "object", "properties": {row.name: _described(row) for row in rows}}
    required = [row.name for row in rows if row.required]
    return {**schema, "required": required} if required else schema


def _described(row: Parameter) -> JsonSchema:
    return {**row.schema, "description": row.description} if row.description else row.schema


def _with_null(attribute: Attribute) -> JsonSchema:
    may_be_null = not attribute.required or (attribute.null and getattr(attribute, "blank", True))
    schema = schema_of(attribute)
    return nullable(schema) if may_be_null else schema


@singledispatch
def schema_of(attribute: Attribute) -> JsonSchema:
    """Return what an attribute accepts. An app that has a type of its own registers it."""
    raise NotImplementedError(f"no schema for {type(attribute).__name__}")


@schema_of.register
def _(attribute: Integer) -> JsonSchema:
    return WHOLE_NUMBER


@schema_of.register
def _(attribute: Integers) -> JsonSchema:
    return array(nullable(WHOLE_NUMBER))


@schema_of.register
def _(attribute: Text) -> JsonSchema:
    length = {"maxLength": attribute.max_length} if attribute.max_length is not None else {}
    return {**SCALAR, **({} if attribute.blank else {"pattern": r"\S"}), **length}


@schema_of.register
def _(attribute: Choice) -> JsonSchema:
    return {"type": "string", "enum": list(attribute.words)}


@schema_of.register
def _(attribute: Array) -> JsonSchema:
    return {"type": "array"}


@schema_of.register
def _(attribute: Texts) -> JsonSchema:
    return array(SCALAR)


@schema_of.register
def _(attribute: Content) -> JsonSchema:
    return {"type": "object"}


@schema_of.register
def _(attribute: Object) -> JsonSchema:
    return body_of(of_attributes(attribute.fields, {}))


@schema_of.register
def _(attribute: Objects) -> JsonSchema:
    return array(
        schema_of(Object(name="", fields=attribute.fields)), **({} if attribute.empty else {"minItems": 1})
    )
