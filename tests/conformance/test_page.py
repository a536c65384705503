"""docs/conformance.md names every group and every key of a world."""

import dataclasses
import re
from pathlib import Path

from apps.operations.conformance.checks import every
from apps.operations.conformance.world import SEEDED, World, load

PAGE = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text()


def test_the_page_names_every_group_in_order() -> None:
    _, _, after = PAGE.partition("| Group | What |")

    named = re.findall(r"^\| `(\w+)` \|", after.partition("\n\n")[0], re.MULTILINE)
    assert named == list(dict.fromkeys(check.group for check in every(load(SEEDED))))


def test_the_page_names_every_key_of_a_world_in_order() -> None:
    _, _, after = PAGE.partition("| Key | What it names |")

    rows = [row.split("|")[1] for row in after.splitlines() if row.startswith("| `")]
    assert re.findall(r"`(\w+)`", "".join(rows)) == [field.name for field in dataclasses.fields(World)]


def test_a_reference_leads_to_a_record_or_to_the_table_of_endpoints() -> None:
    docs = Path(__file__).parents[2] / "docs"
    compatibility = (docs / "compatibility.md").read_text()

    for check in every(load(SEEDED)):
        if number := re.fullmatch(r"decision (\d{4})", check.reference):
            assert list((docs / "decisions").glob(f"{number[1]}-*.md")), check.name
        elif path := re.fullmatch(r"docs/compatibility.md: (\w+)", check.reference):
            assert f"/internal/{path[1]}`" in compatibility, check.name
