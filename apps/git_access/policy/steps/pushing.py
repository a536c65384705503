"""Steps of a command that writes, before its changes are looked at."""

from apps.git_access.context.attempt import Attempt
from apps.git_access.context.refusals import Forbidden
from apps.git_access.context.step import Step
from apps.git_access.policy import accounts, projects, sizes, snippets
from apps.git_access.repositories.ids import RepositoryType

NO_PUSH = "You are not allowed to push code to this project."
NO_UPDATE = "You are not allowed to update this snippet."
READ_ONLY = "The repository is temporarily read-only. Please try again later."
SIZE_EXCEEDED = (
    "Your push to this repository cannot be completed because this repository has exceeded the "
    "allocated storage for your project. Contact your GitLab administrator for more information."
)


def repository_writable(attempt: Attempt) -> None:
    """Step 20: refuse pushes while the repository is read-only."""
    facts = attempt.facts
    match attempt.type:
        case RepositoryType.SNIPPET:
            flag = facts.snippet is not None and facts.snippet.repository_read_only
        case RepositoryType.GROUP_WIKI:
            flag = facts.namespace is not None and facts.namespace.repository_read_only
        case _:
            flag = facts.project is not None and facts.project.repository_read_only
    if flag:
        raise Forbidden(READ_ONLY)


def not_archived(attempt: Attempt) -> None:
    """Step 21: refuse pushes when the project or a group above it is archived."""
    project, namespace = attempt.facts.project, attempt.facts.namespace
    if project and namespace and projects.is_archived(project, namespace):
        raise Forbidden("You can't push code to an archived project.")


def deploy_key_writes(attempt: Attempt) -> None:
    """Step 22: refuse a deploy key that is not attached with the right to push."""
    if attempt.facts.deploy_key and not attempt.facts.can_push:
        raise Forbidden("This deploy key does not have write access to this project.")


def not_anonymous(attempt: Attempt) -> None:
    """Step 23: refuse a push of nobody."""
    if not attempt.facts.deploy_key and not attempt.facts.user:
        raise Forbidden("You are not allowed to upload code for this project.")


def within_size(attempt: Attempt) -> None:
    """Step 24: refuse pushes to a repository that is larger than it may be already."""
    if all(change.is_deletion for change in attempt.changes):
        return
    if sizes.exceeds(attempt.facts, attempt.settings):
        raise Forbidden(SIZE_EXCEEDED)


def push_right(attempt: Attempt) -> None:
    """Step 25: refuse before the transfer a user without the push right; step 22 was for deploy keys."""
    if attempt.command.asks_beforehand and not attempt.facts.deploy_key and not may_push(attempt):
        raise Forbidden(NO_PUSH)


def may_push(attempt: Attempt) -> bool:
    """Whether the user has the push right; of a deploy key, its creator must still be able to read."""
    facts = attempt.facts
    if facts.project is None or facts.namespace is None:
        return False
    if facts.deploy_key is None:
        return projects.may_push_code(facts, facts.project, facts.namespace)
    creator = facts.user
    return (
        bool(facts.can_push)
        and creator is not None
        and accounts.may_use_git(creator, attempt.settings, now=attempt.now)
        and _creator_reads(attempt)
    )


def _creator_reads(attempt: Attempt) -> bool:
    facts = attempt.facts
    return facts.project is not None and (
        facts.level >= 10 or projects.is_open_to(facts.user, visibility_level=facts.project.visibility_level)
    )


def wiki_write_right(attempt: Attempt) -> None:
    """Refuse a user who may not write to the wiki."""
    if not may_write_wiki(attempt):
        owner = "group" if attempt.type == RepositoryType.GROUP_WIKI else "project"
        raise Forbidden(f"You are not allowed to write to this {owner}'s wiki.")


def may_write_wiki(attempt: Attempt) -> bool:
    """Whether the user may use Git and write to the wiki of the project or group."""
    facts = attempt.facts
    if facts.user is None or not accounts.may_use_git(facts.user, attempt.settings, now=attempt.now):
        return False
    if facts.namespace is None:
        return False
    if attempt.type == RepositoryType.GROUP_WIKI:
        return projects.may_write_group_wiki(facts, facts.namespace)
    return facts.project is not None and projects.may_write_wiki(facts, facts.project, facts.namespace)


def snippet_has_user(attempt: Attempt) -> None:
    """Refuse a push of nobody to a snippet."""
    if attempt.facts.checked_user is None:
        raise Forbidden(NO_UPDATE)


def snippet_update_right(attempt: Attempt) -> None:
    """Refuse a user who may not update the snippet."""
    snippet = attempt.facts.snippet
    if snippet is None or not snippets.may_update(attempt.facts, snippet):
        raise Forbidden(NO_UPDATE)


def design_right(attempt: Attempt) -> None:
    """Refuse every command on designs that does not come from the web interface and from a member."""
    if attempt.command.protocol != "web":
        raise Forbidden("Designs are only accessible using the web interface")
    project, namespace = attempt.facts.project, attempt.facts.namespace
    if not project or not namespace or not projects.may_manage_designs(attempt.facts, project, namespace):
        raise Forbidden("You are not allowed to manage designs of this project")


REPOSITORY_WRITABLE = Step(
    id="repository-writable",
    text="the repository is not read-only for now",
    fault="the repository is read-only for now",
    run=repository_writable,
)
NOT_ARCHIVED = Step(
    id="not-archived",
    text="neither the project nor a group above it is archived",
    fault="the project, or a group above it, is archived",
    run=not_archived,
)
DEPLOY_KEY_WRITES = Step(
    id="deploy-key-write-right",
    text="a deploy key is attached to the project with the right to push",
    fault="the deploy key may not push",
    run=deploy_key_writes,
)
PUSHER_KNOWN = Step(
    id="pusher-known", text="a user or a deploy key pushes", fault="nobody is logged in", run=not_anonymous
)
SIZE_BEFORE = Step(
    id="size-before-push",
    text="the repository is not larger than it may be",
    fault="the repository is full",
    run=within_size,
)
PUSH_RIGHT = Step(
    id="project-push-right",
    text="the user may push to this project",
    fault="the user may not push to the project",
    run=push_right,
)
WIKI_WRITE_RIGHT = Step(
    id="wiki-write-right",
    text="the user may write to this wiki",
    fault="the user may not write to the wiki",
    run=wiki_write_right,
)
SNIPPET_USER = Step(
    id="snippet-pusher-known",
    text="a user pushes to the snippet",
    fault="nobody is logged in, at a snippet",
    run=snippet_has_user,
)
SNIPPET_UPDATE_RIGHT = Step(
    id="snippet-update-right",
    text="the user may update this snippet",
    fault="the user may not update the snippet",
    run=snippet_update_right,
)
DESIGN_RIGHT = Step(
    id="design-right",
    text="a member manages designs, in the web interface",
    fault="designs are managed by members, in the web interface",
    run=design_right,
)
