"""What was decided about a request: noted for its log line and its trace, and counted."""

from typing import Any

from apps.core.observability import request_facts
from apps.core.observability.instruments import AUTHENTICATION_FAILURES, DECISIONS


def allowed(endpoint: str) -> None:
    """Note that a command may run."""
    request_facts.note(decision="allowed")
    DECISIONS.labels(endpoint, "allowed", "", "").inc()


def refused(endpoint: str, *, refusal: str, rule: str = "") -> None:
    """Note that a command may not run.

    Args:
        endpoint: last segment of its path.
        refusal: class of the refusal.
        rule: id of the step, or of the cause outside the rules, that refused.
    """
    request_facts.note(decision="refused", refusal=refusal, rule=rule or None)
    DECISIONS.labels(endpoint, "refused", refusal, rule).inc()


def unavailable(endpoint: str, *, refusal: str, rule: str) -> None:
    """Note that nothing was decided, for what it takes to decide is not there; arguments as above."""
    request_facts.note(decision="unavailable", refusal=refusal, rule=rule)
    DECISIONS.labels(endpoint, "unavailable", refusal, rule).inc()


def not_logged_in(**_: Any) -> None:
    """Note that somebody did not get into the operators' site; what Django calls then."""
    not_authenticated("password")


def not_authenticated(scheme: str) -> None:
    """Note that the caller showed no good credential; ``scheme`` is the one that the endpoint takes."""
    request_facts.note(decision="refused", refusal="authentication", scheme=scheme)
    AUTHENTICATION_FAILURES.labels(scheme).inc()
