"""The schema as a document, made once per process: it changes with the code only."""

import functools
import json
from typing import Any, cast

import yaml
from drf_spectacular.generators import SchemaGenerator


@functools.cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document. Do not change it: everybody gets the same one."""
    generated = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # the library's
    # Through JSON: what is shared between operations becomes each one's own, without aliases in YAML.
    return cast("dict[str, Any]", json.loads(json.dumps(generated)))


@functools.cache
def as_json() -> bytes:
    """Return the document as JSON."""
    return json.dumps(document(), ensure_ascii=False).encode()


@functools.cache
def as_yaml() -> bytes:
    """Return the document as YAML."""
    return yaml.safe_dump(document(), allow_unicode=True, sort_keys=False, width=110).encode()
