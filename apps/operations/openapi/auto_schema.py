"""drf-spectacular's inspector, told by the catalogue instead of guessing from serializers."""

import re
from typing import Any, cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from apps.core.api.views import InternalViewSet
from apps.core.schema.declarations import body_of
from apps.core.schema.json_schema import reference
from apps.core.schema.operations import JSON, Answer, JsonSchema, Operation, Parameter
from apps.operations.openapi import catalogue
from apps.operations.openapi.example_entries import request_examples, response_examples

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
IN_THE_QUERY = frozenset({"GET", "DELETE"})
PATH_PARAMETERS = {
    "id": "A namespace, by id or by full path; `%2F` is the slash in a path.",
    "target_id": "The namespace that receives, by id or by full path.",
}


class CatalogueSchema(AutoSchema):
    """One operation of the schema."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any]:
        """Return the operation at ``method`` and ``path``."""
        view = cast("InternalViewSet", self.view)
        said = catalogue.operation_of(view)
        guard = catalogue.guard_of(view)
        operation: dict[str, Any] = {
            "operationId": _operation_id(method, path),
            "summary": said.summary,
            "description": _description(said),
            "tags": [guard.consumer],
            "parameters": [*_path_parameters(path), *_query_parameters(said, method)],
            "security": [{scheme: [] for scheme in together} for together in guard.alternatives],
            "responses": _responses(list(catalogue.answers_of(view)), method, path),
            "x-consumers": list(said.consumers),
        }
        if said.parameters and method not in IN_THE_QUERY:
            fields = _shared(body_of(said.parameters), view, registry)
            operation["requestBody"] = _request_body(said, fields, request_examples(method, path))
        return operation


def _operation_id(method: str, path: str) -> str:
    words = re.findall(r"\w+", path.removeprefix("/api/v4/"))
    return "_".join([method.lower(), *words])


def _description(said: Operation) -> str:
    source = f"GitLab's document: {said.heading}." if said.heading else "Not in GitLab's document."
    return "\n\n".join(filter(None, (said.description, source)))


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_PARAMETERS[name],
            "schema": {"type": "string", "minLength": 1},
        }
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(said: Operation, method: str) -> list[dict[str, Any]]:
    return [_query_parameter(row) for row in said.parameters] if method in IN_THE_QUERY else []


def _query_parameter(row: Parameter) -> dict[str, Any]:
    described = {"description": row.description} if row.description else {}
    return {"name": row.name, "in": "query", "required": row.required, "schema": row.schema, **described}


def _shared(fields: JsonSchema, view: InternalViewSet, registry: ComponentRegistry) -> JsonSchema:
    """Put the parameters of a view's method among the components, and return a reference to them."""
    method = getattr(type(view), view.action)
    name = "".join(re.findall(r"[A-Za-z]+", method.__qualname__.replace("ViewSet", "").title()))
    component = ResolvedComponent(name, ResolvedComponent.SCHEMA, fields, method)  # type: ignore[no-untyped-call]  # the library's
    registry.register_on_missing(component)
    return reference(name)


def _request_body(said: Operation, fields: JsonSchema, examples: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {JSON: _content(said.body or fields, examples)}
    content |= {media_type: _content(fields, {}) for media_type in FORMS}
    return {"required": any(row.required for row in said.parameters), "content": content}


def _content(schema: JsonSchema, examples: dict[str, Any]) -> dict[str, Any]:
    return {"schema": schema, "examples": examples} if examples else {"schema": schema}


def _responses(answers: list[Answer], method: str, path: str) -> dict[str, Any]:
    by_status: dict[int, list[Answer]] = {}
    for answer in answers:
        by_status.setdefault(answer.status, []).append(answer)
    return {str(status): _response(by_status[status], method, path) for status in sorted(by_status)}


def _response(same: list[Answer], method: str, path: str) -> dict[str, Any]:
    """Return what can come with one status, whoever says so: the endpoint, its guard or the framework."""
    first = same[0]
    headers = {name: {"schema": {"type": "string"}} for answer in same for name in answer.headers}
    response: dict[str, Any] = {"description": " ".join(dict.fromkeys(answer.description for answer in same))}
    if headers:
        response["headers"] = headers
    schemas = [answer.schema for answer in same if answer.schema is not None]
    if schemas:
        examples = response_examples(method, path, first.status)
        response["content"] = {first.media_type: _content(_any_of(schemas), examples)}
    return response


def _any_of(schemas: list[JsonSchema]) -> JsonSchema:
    different = [schema for index, schema in enumerate(schemas) if schema not in schemas[:index]]
    return different[0] if len(different) == 1 else {"anyOf": different}
