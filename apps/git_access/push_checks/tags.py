"""The checks of a tag: its name, and what protects it."""

from apps.directory.models import AccessLevel
from apps.git_access.context.changes import Change
from apps.git_access.context.refusals import Forbidden
from apps.git_access.policy import projects
from apps.git_access.push_checks.names import is_legal, starts_like_revision
from apps.git_access.push_checks.protected_refs import CREATE, RefProtection
from apps.git_access.push_checks.push import Push

EXISTING_TITLE = "Checking if you are allowed to change existing tags..."
NAME_TITLE = "Checking if you are providing a valid tag name..."
PROTECTION_TITLE = "Checking if you are creating, updating or deleting a protected tag..."

NO_CHANGE = "You are not allowed to change existing tags on this project."
DEFAULT_NAME = "You cannot use default branch name to create a tag"
NOT_UTF8 = "Tag names must be valid when converted to UTF-8 encoding"
ILLEGAL_NAME = "You cannot create a tag with a prohibited pattern."
HEX_NAME = "You cannot create a tag with a SHA-1 or SHA-256 tag name."
NO_UPDATE = "Protected tags cannot be updated."
NO_DELETION = (
    "You are not allowed to delete protected tags from this project. "
    "Only a project maintainer or owner can delete a protected tag."
)
DELETION_ON_WEB = "You can only delete protected tags using the web interface."
NO_CREATION = "You are not allowed to create this tag as it is protected."
# What Gitaly sends in the place of bytes that are not UTF-8.
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def check(push: Push, change: Change) -> None:
    """C: refuse what the tag's name or protection does not allow.

    Raises:
        Forbidden: with the text of the first rule that fails.
    """
    tag = change.tag
    if tag is None:
        return
    with push.timer.block(EXISTING_TITLE):
        if not projects.may_push_code(push.facts, push.project, push.namespace) and _exists(push, tag):
            raise Forbidden(NO_CHANGE)
    with push.timer.block(NAME_TITLE):
        _check_name(push, change, tag)
    with push.timer.block(PROTECTION_TITLE):
        rules = push.protected.over_tag(tag)
        if rules:
            _check_protection(push, change, rules)


def _exists(push: Push, tag: str) -> bool:
    return push.gitaly.ref_exists(f"refs/tags/{tag}")


def _check_name(push: Push, change: Change, tag: str) -> None:
    if change.is_creation and not change.is_deletion and tag == push.default_branch:
        raise Forbidden(DEFAULT_NAME)
    if change.is_deletion:
        return
    if REPLACEMENT in tag:
        raise Forbidden(NOT_UTF8)
    if tag.startswith(("-", "refs/heads/", "refs/remotes/", "refs/tags/")) or not is_legal(tag):
        raise Forbidden(ILLEGAL_NAME)
    if tag == "HEAD":
        raise Forbidden(ILLEGAL_NAME)
    if starts_like_revision(tag):
        raise Forbidden(HEX_NAME)


def _check_protection(push: Push, change: Change, rules: list[RefProtection]) -> None:
    if change.is_update:
        raise Forbidden(NO_UPDATE)
    if change.is_deletion:
        if push.facts.level < AccessLevel.MAINTAINER:
            raise Forbidden(NO_DELETION)
        if not push.is_web:
            raise Forbidden(DELETION_ON_WEB)
    elif not push.passes(rules, CREATE):
        raise Forbidden(NO_CREATION)
