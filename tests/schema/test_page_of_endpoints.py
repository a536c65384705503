"""The table of docs/api.md is the schema's."""

from collections.abc import Iterator
from pathlib import Path

from apps.operations.openapi.document import document

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
API = "/api/v4"


def table() -> Iterator[str]:
    """The lines that the page must have, by consumer."""
    for tag in document()["tags"]:
        yield from (f"### {tag['name']}", "", "| Endpoint | What it is for | Called by |", "|---|---|---|")
        for path, methods in document()["paths"].items():
            for method, said in methods.items():
                if said["tags"] == [tag["name"]]:
                    endpoint = f"`{method.upper()} {path.removeprefix(API)}`"
                    yield f"| {endpoint} | {said['summary']} | {', '.join(said['x-consumers'])} |"
        yield ""


def test_the_page_lists_every_endpoint_as_the_schema_does() -> None:
    _, _, after = PAGE.read_text().partition("below `/api/v4`; why some depart")

    assert after.split("\n\n", 1)[1].splitlines() == list(table())[:-1]
