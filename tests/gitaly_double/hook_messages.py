"""How the messages of ``/post_receive`` look on the pusher's terminal."""

import textwrap
from collections.abc import Iterable
from typing import Any

WIDTH = 72  # 80 columns without Git's "remote: "
TEXT_WIDTH = 68
RULE = "=" * WIDTH


class InvalidMessageType(ValueError):
    """A message of a kind that Gitaly does not know; the ones after it are lost."""


def rendered(messages: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Give each message as it is printed, in the order of the answer."""
    for message in messages:
        yield f"\n{_body(message)}\n\n"


def _body(message: dict[str, Any]) -> str:
    kind, text = message.get("type", ""), message.get("message", "")
    if kind == "basic":
        return str(text)
    if kind == "alert":
        return "\n".join([RULE, "", *_centred(text), "", RULE])
    raise InvalidMessageType(f"invalid message type: {kind}")


def _centred(text: str) -> list[str]:
    lines = textwrap.wrap(text, TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)
    return [" " * ((WIDTH - len(line)) // 2) + line for line in lines]
