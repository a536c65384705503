"""One setting in the text of a settings file: of two lines that name it, the later one counts."""


def value(text: str, name: str) -> str | None:
    """Return what a text sets, or ``None`` where it does not name the setting."""
    found = [line.partition("=")[2].strip() for line in text.splitlines() if _names(line, name)]
    return found[-1] if found else None


def with_value(text: str, name: str, value: str) -> str:
    """Return the text with one line that sets it, the others as they were."""
    kept = [line for line in text.splitlines() if not _names(line, name)]
    return "\n".join([*kept, f"{name}={value}"]) + "\n"


def _names(line: str, name: str) -> bool:
    return line.strip().removeprefix("export ").partition("=")[0].strip() == name
