"""The forms of an answer that Workhorse, git and git-lfs each read.

git shows the body of an error only where it is plain text and says that it is UTF-8. Workhorse acts on an
answer of its own media type, with status 200 and nothing else, and never hands that one on.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import APIException

TEXT = "text/plain; charset=utf-8"
FOR_WORKHORSE = "application/vnd.gitlab-workhorse+json"


def text(status: int, message: str, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a refusal whose words git shows."""
    return HttpResponse(message, status=status, content_type=TEXT, headers=headers)


def for_workhorse(body: Mapping[str, Any]) -> HttpResponse:
    """Return what only Workhorse may read: call it for a request whose signature held, and for no other."""
    return HttpResponse(json.dumps(body), content_type=FOR_WORKHORSE)


class TextFailure(APIException):
    """A refusal with its status and the words that a person reads."""

    def __init__(self, status: int, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail=message)
        self.status_code = status
        self.text = message
        self.headers = dict(headers or {})
