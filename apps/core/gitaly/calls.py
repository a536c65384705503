"""Making one call: its method, its terms, and what its errors mean."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

import grpc
from google.protobuf.message import Message

from apps.core.gitaly.failures import failure_of, no_message
from apps.core.observability import gitaly_calls

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Answer = TypeVar("Answer")
Metadata = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True, slots=True)
class Unary(Generic[Request, Response]):
    """A method with one answer."""

    path: str
    request: type[Request]
    response: type[Response]
    writes: bool = False
    """Whether it changes something: then it is not tried again."""
    seconds: float = 10


@dataclass(frozen=True, slots=True)
class Stream(Generic[Request, Response]):
    """A method whose answer comes in several messages; all of them only read."""

    path: str
    request: type[Request]
    response: type[Response]
    writes: ClassVar[bool] = False
    seconds: ClassVar[float] = 30


@dataclass(frozen=True, slots=True)
class CallTerms:
    """What goes with a call besides its request."""

    channel: grpc.Channel
    storage: str
    seconds: float
    metadata: Metadata


def ask(method: Unary[Request, Response], request: Request, terms: CallTerms) -> Response:
    """Make a call and return its answer; a server that is down fails it at once."""
    call: grpc.UnaryUnaryMultiCallable[Request, Response] = terms.channel.unary_unary(
        method.path, method.request.SerializeToString, method.response.FromString
    )
    answer: Response | None = _made(
        method, terms, lambda seconds: call(request, timeout=seconds, metadata=terms.metadata)
    )
    if answer is None:  # gRPC takes a status without a message for a good answer
        raise no_message(call=method.path, storage=terms.storage)
    return answer


def collect(method: Stream[Request, Response], request: Request, terms: CallTerms) -> Sequence[Response]:
    """Make a call and return all messages of its answer: half an answer must decide nothing."""
    call: grpc.UnaryStreamMultiCallable[Request, Response] = terms.channel.unary_stream(
        method.path, method.request.SerializeToString, method.response.FromString
    )
    return _made(method, terms, lambda seconds: list(call(request, timeout=seconds, metadata=terms.metadata)))


def _made(
    method: Unary[Request, Response] | Stream[Request, Response],
    terms: CallTerms,
    call: Callable[[float], Answer],
) -> Answer:
    """Make a call; a read that finds a server just gone is made once more, on a new connection."""
    end = time.monotonic() + terms.seconds
    try:
        try:
            with gitaly_calls.observed(method.path):
                return call(terms.seconds)
        except grpc.RpcError as error:
            left = end - time.monotonic()
            if method.writes or left <= 0 or error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            with gitaly_calls.observed(method.path):
                return call(left)
    except grpc.RpcError as error:
        raise failure_of(error, call=method.path, storage=terms.storage) from error
