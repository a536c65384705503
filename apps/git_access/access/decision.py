"""One decision while it is made."""

from apps.git_access.context.attempt import Attempt
from apps.git_access.context.deadline import CheckTimer
from apps.git_access.push_checks.push import Push
from apps.git_access.push_checks.snippets import SnippetPush


class Decision:
    """The attempt that is decided about, its time, and what Gitaly has said about the repository."""

    def __init__(self, attempt: Attempt, *, without: frozenset[str] = frozenset()) -> None:
        self.attempt = attempt
        self.without = without
        """The ids of steps that are left out."""
        self.timer = CheckTimer()
        self.step = ""
        """The id of the step that was taken last."""
        self.repository_found: bool | None = None
        """Where Gitaly had to be asked: whether it has the repository. To be kept once all is decided."""
        self.begins_wiki = False
        """Whether the push is the first to a wiki, whose repository is to be created once all has passed."""
        self._push: Push | None = None
        self._snippet_push: SnippetPush | None = None

    @property
    def push(self) -> Push:
        """The push to a project; what restricts it is read when it is first asked for."""
        if self._push is None:
            self._push = Push.read(self.attempt, self.timer)
        return self._push

    @property
    def snippet_push(self) -> SnippetPush:
        """The push to a snippet."""
        if self._snippet_push is None:
            self._snippet_push = SnippetPush(self.attempt, self.timer)
        return self._snippet_push
