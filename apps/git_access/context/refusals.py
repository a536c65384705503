"""The ways in which a Git command is refused; each carries the text that its user sees."""


class Refusal(Exception):
    """The command may not run."""

    rule = ""
    """What decided: the id of a step, unless the class or the raiser has named a cause outside the rules."""
    step = ""
    """The id of the step in which it happened; ``""`` outside every step."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def happened_in(self, step: str) -> None:
        """Note the step that did not pass."""
        self.step = step
        self.rule = self.rule or step


class Forbidden(Refusal):
    """The actor may not do this; what it is about may be known to the actor."""


class Hidden(Refusal):
    """There is no such thing, or the actor may not know of it."""


class NotCreated(Refusal):
    """A project could not be created by pushing to it."""


class Unavailable(Refusal):
    """No rule has decided: time ran out, or Gitaly is not there."""

    rule = "gitaly-unavailable"


class Exhausted(Refusal):
    """No rule has decided: Gitaly takes no more work for now."""

    rule = "gitaly-exhausted"


class TooMany(Refusal):
    """The actor has asked too often; ``retry_after`` is in seconds."""

    rule = "rate-limit"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
