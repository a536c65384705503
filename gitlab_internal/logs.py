"""JSON lines on standard error; secrets and tokens are taken out whatever logger wrote them."""

import logging
import sys
from collections.abc import Mapping

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from apps.core.observability import request_lines
from apps.core.observability.secret_texts import without_secrets_in


def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Strike secrets out of the text, of every value and of what an exception says."""
    kept = {name: event[name] for name in ("correlation_id", "_record", "_from_structlog") if name in event}
    return {**without_secrets_in(event), **kept}


_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
)
_RENDERING: tuple[Processor, ...] = (
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    # Local variables of a frame can hold secrets.
    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    redact,
    structlog.processors.JSONRenderer(),
)


class JSONLines(structlog.stdlib.ProcessorFormatter):
    """Writes every record as one line; those about requests are finished already."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return request_lines.line_of(record) or super().format(record)


def configure(options: Mapping[str, str]) -> None:
    """Set up structlog and the standard library's loggers; ``options["level"]`` is the least level."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    # No line says these, and finding them out takes half of the time in which a record is made.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONLines(foreign_pre_chain=_SHARED, processors=_RENDERING))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(options["level"])
    # Every refusal is a 4xx; the request line says so already.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    # Whoever scans for hosts would fill the log with tracebacks.
    logging.getLogger("django.security.DisallowedHost").setLevel(logging.CRITICAL)
