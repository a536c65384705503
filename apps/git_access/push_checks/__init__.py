"""The checks of a push's changes, in their order: those of each change, then those of the whole push."""

from apps.git_access.context.changes import Change
from apps.git_access.context.refusals import Forbidden
from apps.git_access.context.step import Step
from apps.git_access.policy.steps.pushing import NO_PUSH
from apps.git_access.push_checks import branches, files, lfs_objects, paths, push_rules, sizes, tags
from apps.git_access.push_checks.push import Push

PUSH_TITLE = "Checking if you are allowed to push..."


def push_right(push: Push, _change: Change) -> None:
    """A: refuse whoever lacks the push right."""
    with push.timer.block(PUSH_TITLE):
        if not push.is_permitted:
            raise Forbidden(NO_PUSH)


EACH_CHANGE: tuple[Step[Push, Change], ...] = (
    Step(
        id="change-push-right",
        text="the user, of a deploy key its creator, may push",
        fault="the user, or the creator of the deploy key, may not push",
        run=push_right,
    ),
    Step(
        id="branch-rules",
        text="the branch's name and protection allow the change",
        fault="the branch is protected, or its name is not allowed",
        run=branches.check,
    ),
    Step(
        id="tag-rules",
        text="the tag's name and protection allow the change",
        fault="the tag is protected, or its name is not allowed",
        run=tags.check,
    ),
    Step(
        id="path-rules",
        text="nobody else has locked a path that the change touches, and no file has a prohibited name",
        fault="a path is locked, or a file name is prohibited",
        run=paths.check,
    ),
)
WHOLE_PUSH: tuple[Step[Push], ...] = (
    Step(
        id="lfs-objects",
        text="every LFS object that the push names was uploaded",
        fault="LFS objects are missing",
        run=lfs_objects.check,
    ),
    Step(
        id="file-size",
        text="no new file is larger than the push rules allow",
        fault="a file is larger than the push rules allow",
        run=files.check,
    ),
    Step(
        id="push-rules",
        text="branches, commits and tags follow the push rules",
        fault="the push breaks the push rules",
        run=push_rules.check,
    ),
)
AFTER_CHECKS: tuple[Step[Push], ...] = (
    Step(
        id="size-after-push",
        text="the repository has room for the push",
        fault="the push would make the repository too large",
        run=sizes.check,
    ),
)
