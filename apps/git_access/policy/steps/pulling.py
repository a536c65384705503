"""Steps of a command that reads."""

from apps.git_access.context.attempt import Attempt
from apps.git_access.context.refusals import Forbidden
from apps.git_access.context.step import Step
from apps.git_access.policy import projects, snippets
from apps.git_access.repositories.ids import RepositoryType

CODE = "You are not allowed to download code from this project."
WIKI = "You are not allowed to download files from this wiki."
SNIPPET = "You are not allowed to read this snippet."


def download_right(attempt: Attempt) -> None:
    """Step 19: refuse an actor that may not download."""
    facts = attempt.facts
    match attempt.type:
        case RepositoryType.SNIPPET if facts.snippet:
            allowed, text = snippets.may_read(facts, facts.snippet), SNIPPET
        case RepositoryType.PROJECT_WIKI if facts.project:
            allowed, text = projects.may_download_wiki(facts, facts.project), WIKI
        case RepositoryType.GROUP_WIKI if facts.namespace:
            allowed, text = projects.may_download_group_wiki(facts, facts.namespace), WIKI
        case _:
            allowed = facts.project is not None and projects.may_download_code(facts, facts.project)
            text = CODE
    if not allowed:
        raise Forbidden(text)


DOWNLOAD_RIGHT = Step(
    id="download-right", text="the actor may download", fault="the actor may not download", run=download_right
)
