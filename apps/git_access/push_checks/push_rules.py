"""The check of the push rules: names of branches, commits, and tags that shall stay."""

from collections.abc import Iterator

from apps.core.gitaly.objects import Commit
from apps.git_access.context.changes import Change
from apps.git_access.context.refusals import Forbidden
from apps.git_access.matching import patterns
from apps.git_access.models import PushRule
from apps.git_access.push_checks.commit_rules import RULES, Candidate
from apps.git_access.push_checks.push import Push

BRANCH_TITLE = "Checking if branch follows the naming patterns defined by the project..."
COMMITS_TITLE = "Checking if commits follow defined push rules..."
TAG_TITLE = "Checking if you are allowed to delete a tag..."
NO_TAG_DELETION = "You cannot delete a tag"

_ABOUT_MESSAGES = ("commit_message_regex", "commit_message_negative_regex", "reject_non_dco_commits")
_ABOUT_PUSHER = ("commit_committer_check", "commit_committer_name_check")
_ABOUT_COMMITS = (
    *_ABOUT_MESSAGES,
    *_ABOUT_PUSHER,
    "author_email_regex",
    "reject_unsigned_commits",
    "member_check",
)


def check(push: Push) -> None:
    """G: refuse branches, commits and deletions of tags that break the push rules."""
    rules = push.restrictions.push_rule
    if rules is None:
        return
    about_commits = _any(rules, _ABOUT_COMMITS)
    for change in push.attempt.changes:
        if (branch := change.branch) is not None:
            if not change.is_deletion:
                _check_name(push, rules.branch_name_regex, branch)
                if about_commits:
                    _check_commits(push, rules, change)
        elif (tag := change.tag) is not None:
            _check_deletion(push, rules, change, tag)


def _check_name(push: Push, pattern: str, branch: str) -> None:
    """Check rule 1."""
    if not pattern:
        return
    with push.timer.block(BRANCH_TITLE):
        if branch != push.default_branch and not patterns.found(pattern, branch):
            raise Forbidden(f"Branch name '{branch}' does not follow the pattern '{pattern}'")


def _check_commits(push: Push, rules: PushRule, change: Change) -> None:
    """Check rules 2 to 10, one commit after the other."""
    with push.timer.block(COMMITS_TITLE):
        for candidate in _candidates(push, rules, push.new_objects.of_branch(change)):
            text = next(filter(None, (rule(candidate) for rule in RULES)), None)
            if text:
                raise Forbidden(text)


def _check_deletion(push: Push, rules: PushRule, change: Change, tag: str) -> None:
    if not rules.deny_delete_tag or not change.is_deletion or push.is_web:
        return
    with push.timer.block(TAG_TITLE):
        if push.gitaly.ref_exists(f"refs/tags/{tag}"):
            raise Forbidden(NO_TAG_DELETION)


def _candidates(push: Push, rules: PushRule, commits: tuple[Commit, ...]) -> Iterator[Candidate]:
    whole = _any(rules, _ABOUT_MESSAGES)
    known = push.known_addresses if rules.member_check and commits else frozenset()
    for commit in commits:
        yield Candidate(
            commit=commit,
            message=push.new_objects.message(commit) if whole else commit.message,
            rules=rules,
            pusher=push.pusher if _any(rules, _ABOUT_PUSHER) else None,
            known=known,
            is_web=push.is_web,
        )


def _any(rules: PushRule, names: tuple[str, ...]) -> bool:
    return any(getattr(rules, name) for name in names)
