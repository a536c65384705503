"""The inventory of settings is read from the code."""

import re
from textwrap import dedent

import pytest

from apps.operations.setting_inventory import SOURCES, Setting, inventory, read
from tests.instances import ROOT


def test_a_setting_is_described_by_the_comments_above_and_behind_it() -> None:
    code = dedent(
        """\
        env = environ.Env()

        # --- Ships ---
        SAILS = env.int("SAILS", default=2 * 3)  # how many there are
        # Where the captain
        # sleeps.
        CABIN = Path(
            env.str("CABIN", default=str(SHIP / "cabin"))
        )

        # --- Harbours ---
        DUES = {
            # Who pays; empty:
            "paid": env.list("PAID", default=[]),  # nobody.
            "free": env.json("FREE", default={}),
        }
        """
    )

    assert list(read(code)) == [
        Setting("SAILS", "int", "2 * 3", "how many there are", "Ships"),
        Setting("CABIN", "path", "str(SHIP / 'cabin')", "Where the captain sleeps.", "Ships"),
        Setting("PAID", "list", "[]", "Who pays; empty: nobody.", "Harbours"),
        Setting("FREE", "json", "{}", "", "Harbours"),
    ]


@pytest.mark.parametrize("setting", inventory(), ids=lambda setting: setting.name)
def test_every_setting_says_what_it_does(setting: Setting) -> None:
    assert setting.description
    assert setting.section


def test_every_variable_that_the_code_reads_is_in_the_inventory() -> None:
    code = "".join((ROOT / source).read_text() for source in SOURCES)
    read_somehow = set(re.findall(r"env\.\w+\(\s*\"(\w+)\"", code))

    assert {setting.name for setting in inventory()} == read_somehow
