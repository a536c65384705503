"""gitlab-shell's client of the internal API: its requests, its patience, its error texts."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from tests.gitaly_double import go_json
from tests.gitaly_double.api_settings import BASE_PATH, ApiSettings
from tests.gitaly_double.error_texts import UNREACHABLE, error_text
from tests.gitaly_double.http_exchange import (
    REDIRECTS,
    Answer,
    Exchange,
    Unreachable,
    send,
    target_of,
)
from tests.gitaly_double.shell.decoding import Check, ParsingFailed, decoded
from tests.gitaly_double.shell.errors import ShellError
from tests.gitaly_double.shell.settings import ShellSettings

CLIENT_ERROR = 400
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500
NOT_IMPLEMENTED = 501
REPETITIONS = 2


@dataclass(frozen=True, slots=True)
class ShellApi:
    """The internal API as one run of gitlab-shell sees it."""

    settings: ShellSettings
    correlation_id: str

    def get(self, endpoint: str, query: Mapping[str, str], fields: Mapping[str, Check]) -> dict[str, Any]:
        """Ask with a sorted query string and no body."""
        path = f"{endpoint}?{urlencode(sorted(query.items()))}" if query else endpoint
        return self._asked("GET", path, b"", fields)

    def post(self, endpoint: str, body: Mapping[str, Any], fields: Mapping[str, Check]) -> dict[str, Any]:
        """Ask with a JSON object."""
        return self._asked("POST", endpoint, go_json.encode(dict(body)), fields)

    def _asked(self, method: str, path: str, body: bytes, fields: Mapping[str, Check]) -> dict[str, Any]:
        exchange = Exchange(
            method=method,
            target=target_of(self._base, f"{BASE_PATH}{path}"),
            body=body,
            user_agent="GitLab-Shell",
            headers={
                "Content-Type": "application/json",
                "X-Request-Id": self.correlation_id,
                **self.settings.api.credentials(),  # made once: a repetition has the same token
            },
        )
        answer = self._patiently_sent(exchange)
        if answer.status >= CLIENT_ERROR:
            raise ShellError(error_text(answer))
        try:
            return decoded(answer.body, fields)
        except ParsingFailed as error:
            text = "parsing failed" if self.settings.version >= (14, 40) else "Parsing failed"
            raise ShellError(text) from error

    @property
    def _base(self) -> ApiSettings:
        api = self.settings.api
        joins_safely = self.settings.version >= (14, 11)
        return replace(api, url=api.url.rstrip("/")) if joins_safely else api

    def _patiently_sent(self, exchange: Exchange) -> Answer:
        repetitions = REPETITIONS if self.settings.version >= (14, 16) else 0
        wait = self.settings.retry_wait
        for left in range(repetitions, -1, -1):
            answer = self._sent(exchange)
            if answer is not None and not (repetitions and _is_transient(answer)):
                return answer
            if left:
                time.sleep(wait)
                wait *= 2
        raise ShellError(UNREACHABLE)

    def _sent(self, exchange: Exchange) -> Answer | None:
        follows = self.settings.version < (14, 55)
        try:
            answer = send(self._base, exchange, follow_redirects=follows)
        except Unreachable:
            return None
        if not follows and answer.status in REDIRECTS:
            where = f'"{answer.location}"'
            raise ShellError(f"Internal API returned redirect ({answer.status}) to {where}")
        return answer


def _is_transient(answer: Answer) -> bool:
    if answer.status == TOO_MANY_REQUESTS:
        return True
    return answer.status >= SERVER_ERROR and answer.status != NOT_IMPLEMENTED
