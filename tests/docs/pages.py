"""The pages that people read, and the commands in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.instances import ROOT

_FENCE = re.compile(r"^\s*(?P<ticks>`{3,}|~{3,})\s*(?P<language>\S*)")
_CODE_IN_TEXT = re.compile(r"`([^`\n]+)`")
_EXIT = re.compile(r"#\s*exits with (\d+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One command as it stands in a page, over as many lines as it takes; ``number`` is its first."""

    number: int
    text: str

    @property
    def exit_code(self) -> int:
        """What it ends with, as the page says behind it."""
        said = _EXIT.search(self.text)
        return int(said[1]) if said else 0


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; ``number`` is the line of its first line of content."""

    language: str
    number: int
    lines: tuple[str, ...]

    def commands(self) -> Iterator[Line]:
        """Yield what a person would paste, without prompts, output, comments and empty lines."""
        with_prompts = any(line.startswith("$ ") for line in self.lines)
        number, text = self.number, ""
        for offset, line in enumerate(self.lines):
            if not text:
                number = self.number + offset
                if not line.strip() or line.lstrip().startswith("#"):
                    continue
                if with_prompts and not line.startswith("$ "):
                    continue
            text += line.removeprefix("$ ") + "\n"
            if _is_whole(text):
                yield Line(number, text.rstrip("\n"))
                text = ""
        assert not text, f"line {number}: a command that does not end: {text}"


def _is_whole(text: str) -> bool:
    """Whether a shell would run the text, or wait for more of it."""
    if text.endswith("\\\n"):
        return False
    try:
        shlex.split(text, comments=True)
    except ValueError:  # a quotation that does not end
        return False
    return True


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        """Its path from the top of the tree."""
        return str(self.path.relative_to(ROOT))

    def blocks(self, *languages: str) -> list[Block]:
        """Return its fenced blocks, of these languages or of all."""
        return [block for block in self._blocks() if not languages or block.language in languages]

    def code_in_text(self) -> Iterator[tuple[int, str]]:
        """Yield each piece of code that stands within a sentence or a table, with its line."""
        fenced = {
            number
            for block in self._blocks()
            for number in range(block.number, block.number + len(block.lines))
        }
        for number, line in enumerate(self.path.read_text().splitlines(), start=1):
            if number not in fenced:
                yield from ((number, code) for code in _CODE_IN_TEXT.findall(line))

    def _blocks(self) -> Iterator[Block]:
        lines = iter(enumerate(self.path.read_text().splitlines(), start=1))
        for number, line in lines:
            if not (fence := _FENCE.match(line)):
                continue
            content = []
            for _, inner in lines:
                if inner.strip() == fence["ticks"]:
                    break
                content.append(inner)
            yield Block(fence["language"], number + 1, tuple(content))


def pages() -> list[Page]:
    """Return the README and every page of ``docs``."""
    return [Page(path) for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))]
