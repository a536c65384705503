"""The ways in which a Git command is refused; each carries the text that its user sees."""


class Refusal(Exception):
    """The command may not run."""

    # What the rule that refuses says of itself; set where the rule was applied.
    rule = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Forbidden(Refusal):
    """The actor may not do this; what it is about may be known to the actor."""


class Hidden(Refusal):
    """There is no such thing, or the actor may not know of it."""


class NotCreated(Refusal):
    """A project could not be created by pushing to it."""


class Unavailable(Refusal):
    """Time ran out, or Gitaly is not there."""


class Exhausted(Refusal):
    """Gitaly takes no more work for now."""


class TooMany(Refusal):
    """The actor has asked too often; ``retry_after`` is in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
