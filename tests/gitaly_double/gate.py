"""What every call of the double passes: authentication, the record of calls, and prepared failures."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc

from tests.gitaly_double import authentication
from tests.gitaly_double.git import GitFailed
from tests.gitaly_double.refusals import Refusal
from tests.gitaly_double.versions import Version

SINCE = {
    "CheckObjectsExist": (14, 10),
    "ListAllBlobs": (14, 2),
    "ObjectFormat": (15, 9),
}
Behaviour = Callable[[Any, grpc.ServicerContext], Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that the double has received; a stream of requests is not recorded."""

    method: str
    metadata: dict[str, str | bytes]
    request: Any


@dataclass(slots=True)
class Gate(grpc.ServerInterceptor):  # type: ignore[type-arg]  # generic in its type stubs only
    """Stands in front of every service."""

    version: Version
    token: str | None
    calls: list[Call] = field(default_factory=list)
    failures: dict[str, Refusal] = field(default_factory=dict)
    """Method name to the failure that it answers with."""
    times: dict[str, int] = field(default_factory=dict)
    """Method name to how often it still fails; one that is not named fails always."""
    silent: set[str] = field(default_factory=set)
    """Methods that end well and say nothing."""
    delays: dict[str, float] = field(default_factory=dict)
    """Method name to the seconds it waits before it does anything."""
    meetings: dict[str, threading.Barrier] = field(default_factory=dict)
    """Method name to where its calls wait for one another."""
    broken_off: set[str] = field(default_factory=set)
    """Methods that die after the first message of their answer."""

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Any],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = continuation(handler_call_details)
        if handler is None:
            return None
        name = handler_call_details.method.rpartition("/")[2]
        metadata = {item[0]: item[1] for item in handler_call_details.invocation_metadata}
        if name in self.silent:
            return _saying_nothing(handler)
        handler = _rebuilt(handler, lambda request: self._admit(name, metadata, request))
        return _breaking_off(handler) if name in self.broken_off else handler

    def _admit(self, name: str, metadata: dict[str, str | bytes], request: Any) -> None:
        authorization = str(metadata.get("authorization", ""))
        authentication.check(token=self.token, authorization=authorization, at=time.time())
        self.calls.append(Call(name, metadata, request))
        time.sleep(self.delays.get(name, 0))
        if name in self.meetings:
            _meet(self.meetings[name])
        if self.version < SINCE.get(name, (0, 0)):
            raise Refusal(grpc.StatusCode.UNIMPLEMENTED, f"unknown method {name}")
        if name in self.failures and self.times.get(name, 1) > 0:
            if name in self.times:
                self.times[name] -= 1
            raise self.failures[name]


def _meet(others: threading.Barrier) -> None:
    try:
        others.wait()
    except threading.BrokenBarrierError:
        raise Refusal(grpc.StatusCode.INTERNAL, "waited in vain for another call") from None


def _rebuilt(handler: Any, admit: Callable[[Any], None]) -> Any:
    deserialize, serialize = handler.request_deserializer, handler.response_serializer
    if handler.unary_unary:
        behaviour = _guarded(handler.unary_unary, admit)
        return grpc.unary_unary_rpc_method_handler(behaviour, deserialize, serialize)
    if handler.unary_stream:
        behaviour = _guarded_stream(handler.unary_stream, admit)
        return grpc.unary_stream_rpc_method_handler(behaviour, deserialize, serialize)
    assert handler.stream_stream
    behaviour = _guarded_stream(handler.stream_stream, lambda _requests: admit(None))
    return grpc.stream_stream_rpc_method_handler(behaviour, deserialize, serialize)


def _guarded(behaviour: Behaviour, admit: Callable[[Any], None]) -> Behaviour:
    def guarded(request: Any, context: grpc.ServicerContext) -> Any:
        with _statuses(context):
            admit(request)
            return behaviour(request, context)

    return guarded


def _guarded_stream(behaviour: Behaviour, admit: Callable[[Any], None]) -> Behaviour:
    def guarded(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        with _statuses(context):
            admit(request)
            yield from behaviour(request, context)

    return guarded


def _saying_nothing(handler: Any) -> Any:
    """End a call well, without the one message that its caller waits for."""
    return grpc.unary_stream_rpc_method_handler(
        lambda _request, _context: iter(()), handler.request_deserializer, handler.response_serializer
    )


def _breaking_off(handler: Any) -> Any:
    """Let a stream die after its first message."""

    def half(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        yield next(iter(handler.unary_stream(request, context)))
        context.abort(grpc.StatusCode.UNAVAILABLE, "died in mid-stream")

    return grpc.unary_stream_rpc_method_handler(
        half, handler.request_deserializer, handler.response_serializer
    )


@contextmanager
def _statuses(context: grpc.ServicerContext) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        context.abort(refusal.code, refusal.text)
    except GitFailed as failure:
        context.abort(grpc.StatusCode.INTERNAL, str(failure))
