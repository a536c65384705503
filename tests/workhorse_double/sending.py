"""Files and addresses that the service names in an answer: the double sends what is there."""

import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.workhorse_double.backend import Answer

SENDFILE = "X-Sendfile"
SEND_DATA = "Gitlab-Workhorse-Send-Data"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
Sent = tuple[int, list[tuple[str, str]], bytes]


def replaced(answer: Answer, headers: Any) -> Sent | None:
    """Return what is sent in the place of an answer with status 200; ``None`` is the answer itself."""
    if answer.status != 200:
        return None
    kept = [
        (name, value)
        for name, value in answer.headers.items()
        if name.lower() not in {SENDFILE.lower(), SEND_DATA.lower(), "content-length"}
    ]
    if path := answer.headers.get(SENDFILE):
        return _file(Path(path), kept, headers.get("Range", ""))
    if text := answer.headers.get(SEND_DATA):
        return _address(text, kept, headers)
    return None


def _file(path: Path, kept: list[tuple[str, str]], wanted: str) -> Sent:
    if not path.is_file():
        return 404, [("Content-Type", "text/plain; charset=utf-8")], b"404 page not found\n"
    data = path.read_bytes()
    if (match := _RANGE.fullmatch(wanted)) is None:
        return 200, kept, data
    first = int(match[1])
    last = min(int(match[2] or len(data)), len(data) - 1)
    return 206, [*kept, ("Content-Range", f"bytes {first}-{last}/{len(data)}")], data[first : last + 1]


def _address(text: str, kept: list[tuple[str, str]], headers: Any) -> Sent:
    kind, _, encoded = text.partition(":")
    try:
        url = json.loads(base64.urlsafe_b64decode(encoded))["URL"] if kind == "send-url" else ""
    except ValueError:  # padding is wanted
        url = ""
    if not url:
        return 500, [("Content-Type", "text/plain; charset=utf-8")], b"Internal server error\n"
    passed = {name: headers[name] for name in ("Range", "If-None-Match") if name in headers}
    try:
        with urlopen(Request(url, headers=passed), timeout=60) as response:  # noqa: S310 -- the store's
            theirs = [
                (name, response.headers[name])
                for name in ("Content-Type", "ETag")
                if name in response.headers
            ]
            ours = [(name, value) for name, value in kept if name.lower() != "content-type"]
            return response.status, [*ours, *theirs], response.read()
    except HTTPError as error:
        return error.code, [], error.read()
