"""The vocabulary of JSON Schema that answers are described with. Objects of answers are closed."""

from typing import Any

from apps.core.schema.operations import JsonSchema

TEXT: JsonSchema = {"type": "string"}
INTEGER: JsonSchema = {"type": "integer"}
BOOLEAN: JsonSchema = {"type": "boolean"}
NOTHING: JsonSchema = {"type": "null"}
DATE: JsonSchema = {"type": "string", "format": "date"}
MOMENT: JsonSchema = {"type": "string", "format": "date-time"}


def constant(value: Any) -> JsonSchema:
    """Exactly this value."""
    return {"const": value}


def nullable(schema: JsonSchema) -> JsonSchema:
    """The same, or ``null``."""
    if _has_null(schema):
        return schema
    if isinstance(schema.get("type"), str) and "enum" not in schema and "const" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, NOTHING]}


def _has_null(schema: JsonSchema) -> bool:
    return "null" in schema.get("type", ()) or any(map(_has_null, schema.get("anyOf", ())))


def array(items: JsonSchema, **more: Any) -> JsonSchema:
    """A list of these."""
    return {"type": "array", "items": items, **more}


def mapping(values: JsonSchema) -> JsonSchema:
    """An object whose keys are not known beforehand."""
    return {"type": "object", "additionalProperties": values}


def closed(
    properties: dict[str, JsonSchema], *, optional: tuple[str, ...] = (), description: str = ""
) -> JsonSchema:
    """An object of an answer: these keys and no others, all there unless ``optional``."""
    schema: JsonSchema = {"type": "object"}
    if description:
        schema["description"] = description
    required = [name for name in properties if name not in optional]
    return {**schema, "properties": properties, "required": required, "additionalProperties": False}


def reference(name: str) -> JsonSchema:
    """One of the shapes in ``components/schemas``."""
    return {"$ref": f"#/components/schemas/{name}"}
