"""How long an operator stays logged in: until nothing was asked for as long as SESSION_COOKIE_AGE."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseBase

INTERVAL = 300  # seconds: a session is stored anew at most as often
SEEN = "seen"


class IdleMiddleware:
    """Lets a session that is used go on; one that is not used ends by its age."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # The API has no cookies, and pays nothing for this.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            _prolong(request.session)
        return self.get_response(request)


def begin(request: HttpRequest, **named: Any) -> None:
    """Note the moment in a new session, which is stored in any case: what ``user_logged_in`` calls."""
    request.session[SEEN] = int(time.time())


def _prolong(session: SessionBase) -> None:
    """Store the session of somebody who is logged in, with its age begun anew, unless that was just done."""
    now = int(time.time())
    if SESSION_KEY in session and now - session.get(SEEN, 0) > INTERVAL:
        session[SEEN] = now
