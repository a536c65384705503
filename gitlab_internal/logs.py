"""JSON lines on standard error; secrets and tokens are taken out whatever logger wrote them."""

import logging
import sys
from collections.abc import Mapping

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRET_NAMES = frozenset(
    {
        "secret_token",
        "private_token",
        "token",
        "password",
        "otp_attempt",
        "otp_secret",
        "recovery_codes",
        "authorization",
        "lfs_token",
    }
)


def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace the values of secret names."""
    for name in SECRET_NAMES & event.keys():
        event[name] = "[redacted]"
    return event


_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    redact,
)
_RENDERING: tuple[Processor, ...] = (
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    # Local variables of a frame can hold secrets.
    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    structlog.processors.JSONRenderer(),
)


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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_SHARED, processors=_RENDERING)
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(options["level"])
    # Every refusal is a 4xx; the request line says so already.
    logging.getLogger("django.request").setLevel(logging.ERROR)
