"""The site that `make docs` builds, and the links of the pages that are read without it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from apps.operations import setting_inventory
from tests.instances import ROOT

# What a browser fetches by itself; a link that a reader follows is another matter.
_FETCHED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"([^\"]+)\"|<link\b[^>]*\bhref=\"([^\"]+)\""
)
_FETCHED_BY_STYLE = re.compile(r"url\([\"']?((?:https?:)?//[^)\"']+)|@import\s+([^;]+)")
_LINK = re.compile(r"\[[^\]]*\]\((?!https?://)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-n", "-E"]
    doctrees = str(tmp_path_factory.mktemp("doctrees"))
    result = subprocess.run(
        [*command, "-d", doctrees, "docs", str(output)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return output


def test_it_asks_no_other_host_for_anything(site: Path) -> None:
    pages = [page.read_text() for page in site.rglob("*.html")]
    fetched = ["".join(match) for page in pages for match in _FETCHED.findall(page)]
    styles = [style.read_text() for style in site.rglob("*.css")]

    assert [address for address in fetched if re.match("(https?:)?//", address)] == []
    assert [match for style in styles for match in _FETCHED_BY_STYLE.findall(style)] == []
    assert pages and fetched and styles


def test_its_reference_names_every_setting_of_the_code(site: Path) -> None:
    page = (site / "configuration.html").read_text()

    assert [s.name for s in setting_inventory.inventory() if f">{s.name}</span>" not in page] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"])
def test_a_page_outside_the_site_links_to_what_there_is(name: str) -> None:
    links = _LINK.findall((ROOT / name).read_text())

    assert [link for link in links if not (ROOT / link).exists()] == []
