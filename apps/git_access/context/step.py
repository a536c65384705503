"""A step of a decision as a value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVarTuple, Unpack

Subject = TypeVarTuple("Subject")


@dataclass(frozen=True, slots=True)
class Step(Generic[*Subject]):
    """One rule: its name, what it says, and the function that applies it to its subject."""

    id: str
    """Never changes, however the text is worded: metrics, counted denials and log lines carry it."""
    text: str
    """What is true when the step passes, for operators; part of a sentence, without a full stop."""
    fault: str
    """What is wrong when it does not, whoever asks and for whatever: what counts of refusals say."""
    run: Callable[[Unpack[Subject]], None]
    """Returns, or raises ``Refusal``; writes nothing."""


AnyStep: TypeAlias = Step[*tuple[Any, ...]]
