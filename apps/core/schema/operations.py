"""One endpoint in words: what it is asked, what it answers, who calls it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.authentication import BaseAuthentication

JsonSchema = dict[str, Any]

JSON = "application/json"
BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of an endpoint's table."""

    name: str
    schema: JsonSchema
    required: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One status and what stands in its body; without a schema there is no body."""

    status: int
    description: str
    schema: JsonSchema | None = None
    media_type: str = JSON
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One endpoint. ``heading`` is where GitLab's document speaks of it; empty where it does not.

    ``body`` replaces the object that the parameters make where a body may have another shape, too.
    """

    summary: str
    consumers: tuple[str, ...]
    heading: str = ""
    description: str = ""
    parameters: Sequence[Parameter] = ()
    answers: Sequence[Answer]
    body: JsonSchema | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What an authentication class asks for, and how it refuses; ``consumer`` groups what it guards.

    Each of ``alternatives`` is enough; all schemes that one of them names are needed together.
    """

    consumer: str
    alternatives: tuple[tuple[str, ...], ...]
    schemes: Mapping[str, JsonSchema]
    answers: tuple[Answer, ...]


# By the method of the viewset that answers; by the class that lets callers in.
Operations = dict[Callable[..., Any], Operation]
Guards = dict[type[BaseAuthentication], Guard]
