"""How the tables of the contract and the schema name the same things."""

import re
from typing import Any

from apps.operations.openapi.document import document


def path_in_schema(path: str) -> str:
    """Write a path of the document as the schema does: ``/namespaces/:id`` -> ``/api/v4/namespaces/{id}``."""
    return "/api/v4" + re.sub(r":(\w+)", r"{\1}", path)


def parameters_in_schema(said: dict[str, Any]) -> dict[str, bool]:
    """Return the parameters of an operation in their order, and whether each is required."""
    in_query = {row["name"]: row["required"] for row in said["parameters"] if row["in"] == "query"}
    if "requestBody" not in said:
        return in_query
    reference = said["requestBody"]["content"]["multipart/form-data"]["schema"]["$ref"]
    fields = document()["components"]["schemas"][reference.rpartition("/")[2]]
    return {name: name in fields.get("required", ()) for name in fields["properties"]}
