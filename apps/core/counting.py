"""Numbers with the word for what they count."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return such as ``1 job`` and ``2 jobs``; ``many`` is for what takes more than an s at its end."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
