"""Traces, sent by OpenTelemetry where an OTLP endpoint is configured; elsewhere it is not even imported."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    # It loads the metrics, and gunicorn's settings need this module before these know their folder.
    from apps.core.observability.finished_requests import FinishedRequest

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

Attributes = dict[str, str | int]
EndSpan = Callable[["FinishedRequest"], None]


class Spans(Protocol):
    """Makes spans. None of them ever holds a parameter, a path, a text of the caller's or of an exception."""

    def request(self, request: Any) -> AbstractContextManager[EndSpan]:
        """Span one request; call what it yields with the finished request."""
        ...

    def call(self, name: str, attributes: Attributes) -> AbstractContextManager[None]:
        """Span a call to another system, inside of a request or a job that is traced."""
        ...

    def job(self, name: str, attributes: Attributes) -> AbstractContextManager[None]:
        """Span one job."""
        ...

    def annotate(self, attributes: Attributes) -> None:
        """Add to the span at work."""
        ...

    def stop(self) -> None:
        """Send what has not been sent."""
        ...


_spans: Spans | None = None
_NOTHING = nullcontext()
_UNTRACED: AbstractContextManager[EndSpan] = nullcontext(lambda _: None)


def is_configured() -> bool:
    """Whether the standard variables name an endpoint and nothing switches traces off."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if os.environ.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
        return False
    return any(os.environ.get(name) for name in ENDPOINTS)


def start() -> None:
    """Begin to trace this process; after a fork, for a thread of its own sends the spans."""
    global _spans  # noqa: PLW0603 -- one for the process, as the library's own
    if _spans is None and is_configured():
        from apps.core.observability import otel_spans  # noqa: PLC0415 -- only who traces loads it

        _spans = otel_spans.start()


def stop() -> None:
    """Send what has not been sent, and trace no more."""
    global _spans  # noqa: PLW0603
    if _spans is not None:
        _spans.stop()
        _spans = None


def request(request: Any) -> AbstractContextManager[EndSpan]:
    """Span one request, within the trace of its caller if it names one (W3C ``traceparent``)."""
    return _UNTRACED if _spans is None else _spans.request(request)


def call(name: str, **attributes: str | int) -> AbstractContextManager[None]:
    """Span a call to another system."""
    return _NOTHING if _spans is None else _spans.call(name, attributes)


def job(name: str, **attributes: str | int) -> AbstractContextManager[None]:
    """Span one job."""
    return _NOTHING if _spans is None else _spans.job(name, attributes)


def annotate(**attributes: str | int) -> None:
    """Add to the span at work, if there is one."""
    if _spans is not None:
        _spans.annotate(attributes)
