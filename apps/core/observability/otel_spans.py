"""Spans by OpenTelemetry's SDK, set up by its standard variables. Imported only where traces are wanted.

The ready-made instrumentations are not used: that of Django keeps query strings, in which old clients send
secrets, and that of psycopg2 does not see SQLite.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from apps.core.observability.finished_requests import FinishedRequest
from apps.core.observability.tracing import Attributes, EndSpan

SERVICE = "gitlab-internal"
_NOTHING = nullcontext()


def start() -> "OtelSpans":
    """Set up the exporter, and watch every database connection of the process."""
    named = "OTEL_SERVICE_NAME" in os.environ or "service.name" in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    provider = TracerProvider(resource=Resource.create({} if named else {"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    spans = OtelSpans(provider)
    connection_created.connect(spans.watch, dispatch_uid=__name__)
    for connection in connections.all(initialized_only=True):
        spans.watch(connection=connection)
    return spans


class OtelSpans:
    """Implements ``tracing.Spans``."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer: Tracer = provider.get_tracer("gitlab_internal")

    @contextmanager
    def request(self, request: Any) -> Iterator[EndSpan]:
        """Span one request."""
        carrier = {
            name: request.META[header]
            for name, header in (("traceparent", "HTTP_TRACEPARENT"), ("tracestate", "HTTP_TRACESTATE"))
            if header in request.META
        }
        with self._span(request.method, SpanKind.SERVER, {}, context=propagate.extract(carrier)) as span:
            span.set_attribute("http.request.method", request.method)

            def end(finished: FinishedRequest) -> None:
                span.update_name(f"{finished.method} {finished.route}")
                span.set_attributes(finished.facts)
                span.set_attribute("correlation_id", finished.correlation_id)
                span.set_attribute("http.route", finished.route)
                span.set_attribute("http.response.status_code", finished.status)
                if finished.status >= 500:
                    span.set_status(Status(StatusCode.ERROR))

            yield end

    def call(self, name: str, attributes: Attributes) -> AbstractContextManager[Any]:
        """Span a call; there are too many outside of requests and jobs to be of use."""
        if not trace.get_current_span().is_recording():
            return _NOTHING
        return self._span(name, SpanKind.CLIENT, attributes)

    def job(self, name: str, attributes: Attributes) -> AbstractContextManager[Any]:
        """Span one job."""
        return self._span(name, SpanKind.CONSUMER, attributes)

    def annotate(self, attributes: Attributes) -> None:
        """Add to the span at work."""
        trace.get_current_span().set_attributes(dict(attributes))

    def stop(self) -> None:
        """Send what has not been sent."""
        connection_created.disconnect(dispatch_uid=__name__)
        for connection in connections.all(initialized_only=True):
            if self._statement in connection.execute_wrappers:
                connection.execute_wrappers.remove(self._statement)
        self._provider.shutdown()

    def watch(self, *, connection: BaseDatabaseWrapper, **_: Any) -> None:
        """Span the statements of a connection; once, however often it connects."""
        if self._statement not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._statement)

    def _statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]
    ) -> Any:
        operation = sql.lstrip().partition(" ")[0].upper()
        # The text has placeholders for every value.
        attributes: Attributes = {
            "db.system.name": context["connection"].vendor,
            "db.operation.name": operation,
            "db.query.text": sql,
        }
        with self.call(operation, attributes):
            return execute(sql, params, many, context)

    @contextmanager
    def _span(self, name: str, kind: SpanKind, attributes: Attributes, **options: Any) -> Iterator[Span]:
        """An exception's text can hold secrets: only its class is kept."""
        with self._tracer.start_as_current_span(
            name,
            kind=kind,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
            **options,
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR))
                span.set_attribute("error.type", type(error).__qualname__)
                raise
