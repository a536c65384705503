"""How gitlab-shell's errors reach its user."""

RULE = f"remote: {'=' * 72}"
FRAME = ("remote: ", RULE, "remote: ")


class ShellError(Exception):
    """The command fails; its text goes into a box on the user's terminal."""


class Disallowed(Exception):
    """The command is not even started; its text is a plain line."""


def box(text: str) -> str:
    """Return the box that a text is shown in; there is none around an empty text."""
    if not text:
        return ""
    return "".join(f"{line}\n" for line in (*FRAME, f"remote: {text}", *FRAME))


def console_messages(messages: list[str]) -> str:
    """Return the frame that the API's messages are shown in."""
    if not messages:
        return ""
    lines = ("remote: ", *(f"remote: {message}" for message in messages), "remote: ")
    return "".join(f"{line}\n" for line in lines)
