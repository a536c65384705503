"""Reading public keys: a file, standard input, or an address that lists the keys of somebody elsewhere."""

import re
import sys
from pathlib import Path

import httpcore

from apps.ssh_keys import public_keys

LONGEST = 1_000_000  # bytes of an answer
_TYPES = r"(?:ssh-|ecdsa-|sk-)"


class UnreadableKeyFile(ValueError):
    """There is nothing to be read; the message says why."""


def text(source: str) -> str:
    """Return the text of a file; ``-`` is standard input, ``https://`` an address.

    Raises:
        UnreadableKeyFile: there is none.
    """
    if source.startswith("https://"):
        return _fetched(source)
    if source.startswith("http://"):
        raise UnreadableKeyFile(
            f"{source}: over http:// somebody could put in a key of their own; use https://."
        )
    try:
        return sys.stdin.read() if source == "-" else Path(source).read_text()
    except UnicodeDecodeError as error:
        raise UnreadableKeyFile(f"{source} is not UTF-8 text: save it as UTF-8.") from error
    except OSError as error:
        raise UnreadableKeyFile(f"{source} cannot be read: {error.strerror}.") from error


def keys(listed: str) -> list[str]:
    """Return the keys of an ``authorized_keys`` file, without options, comments and empty lines.

    Raises:
        UnreadableKeyFile: a line is no key.
    """
    found = []
    for number, line in enumerate(listed.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key = re.search(rf"(?:^|\s)({_TYPES}\S+\s+AAAA.*)$", line)
        try:
            found.append(public_keys.parse(key[1] if key else line).line)
        except public_keys.InvalidPublicKey as fault:
            raise UnreadableKeyFile(f"line {number}: {fault}") from fault
    return found


def _fetched(url: str) -> str:
    try:
        with (
            httpcore.ConnectionPool() as pool,
            pool.stream(
                "GET", url, extensions={"timeout": {"connect": 5, "read": 10, "write": 5, "pool": 5}}
            ) as answer,
        ):
            if answer.status != 200:
                raise UnreadableKeyFile(f"{url} answers {answer.status}.")
            body = b""
            for part in answer.iter_stream():
                body += part
                if len(body) > LONGEST:
                    raise UnreadableKeyFile(f"{url} answers with too much.")
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise UnreadableKeyFile(f"{url} does not answer: {error or type(error).__name__}.") from error
    return body.decode(errors="replace")
