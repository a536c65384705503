"""Making one call: its method, its terms, and what its errors mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

import grpc
from google.protobuf.message import Message

from apps.core.gitaly.failures import failure_of
from apps.core.observability import gitaly_calls

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Metadata = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True, slots=True)
class Unary(Generic[Request, Response]):
    """A method with one answer."""

    path: str
    request: type[Request]
    response: type[Response]
    seconds: ClassVar[float] = 10


@dataclass(frozen=True, slots=True)
class Stream(Generic[Request, Response]):
    """A method whose answer comes in several messages."""

    path: str
    request: type[Request]
    response: type[Response]
    seconds: ClassVar[float] = 30


@dataclass(frozen=True, slots=True)
class Terms:
    """What goes with a call besides its request."""

    channel: grpc.Channel
    seconds: float
    metadata: Metadata


def ask(method: Unary[Request, Response], request: Request, terms: Terms) -> Response:
    """Make a call and return its answer; a server that is down fails it at once."""
    call: grpc.UnaryUnaryMultiCallable[Request, Response] = terms.channel.unary_unary(
        method.path, method.request.SerializeToString, method.response.FromString
    )
    try:
        with gitaly_calls.observed(method.path):
            return call(request, timeout=terms.seconds, metadata=terms.metadata)
    except grpc.RpcError as error:
        raise failure_of(error) from error


def collect(method: Stream[Request, Response], request: Request, terms: Terms) -> Sequence[Response]:
    """Make a call and return all messages of its answer: half an answer must decide nothing."""
    call: grpc.UnaryStreamMultiCallable[Request, Response] = terms.channel.unary_stream(
        method.path, method.request.SerializeToString, method.response.FromString
    )
    try:
        with gitaly_calls.observed(method.path):
            return list(call(request, timeout=terms.seconds, metadata=terms.metadata))
    except grpc.RpcError as error:
        raise failure_of(error) from error
