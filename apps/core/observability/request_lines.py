"""The one log line of a request: who asked for what, what was decided, how long it took.

It is written without the general machinery, which would cost several times as much, for every request.
"""

import json
import logging
from datetime import UTC, datetime

from apps.core.observability.finished_requests import FinishedRequest
from apps.core.observability.routes import PROBES
from apps.core.observability.secret_texts import without_secrets

_logger = logging.getLogger("gitlab_internal.request")
_encode = json.JSONEncoder().encode


def write(request: FinishedRequest) -> None:
    """Log one request. Neither the query string nor the body is looked at: both can carry secrets."""
    level = logging.DEBUG if request.route in PROBES else logging.INFO
    if not _logger.isEnabledFor(level):
        return
    line = {
        "event": "request",
        "method": request.method,
        "route": request.route,
        # A path without parameters is its route and needs no look.
        "path": request.path if request.path == request.route else without_secrets(request.path),
        "status": request.status,
        "duration_ms": round(request.seconds * 1000, 2),
        "remote_ip": request.remote_ip,
        **request.facts,
        "correlation_id": request.correlation_id,
        "level": "debug" if level == logging.DEBUG else "info",
        "logger": _logger.name,
        "time": f"{datetime.now(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z",
    }
    record = _logger.makeRecord(_logger.name, level, "", 0, "request", (), None)
    record.line = _encode(line)
    _logger.handle(record)


def line_of(record: logging.LogRecord) -> str | None:
    """Return the finished line of a record that was made here."""
    line: str | None = record.__dict__.get("line")
    return line
