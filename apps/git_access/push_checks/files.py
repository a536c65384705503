"""The check of the size of each new file."""

from apps.git_access.context.refusals import Forbidden
from apps.git_access.push_checks.push import Push

TITLE = "Checking for blobs over the file size limit"
TOO_LARGE = 'File "{path}" is larger than the allowed size of {limit} MB. Use Git LFS to manage this file.'
MEBIBYTE = 1_048_576


def check(push: Push) -> None:
    """F: refuse new files that are larger than the push rules allow."""
    rule = push.restrictions.push_rule
    if rule is None or not rule.max_file_size or not push.new_objects.revisions:
        return
    limit = rule.max_file_size
    with push.timer.block(TITLE):
        for blob in push.new_objects.blobs:
            if blob.size > limit * MEBIBYTE:
                # Before 14.10 Gitaly names no paths.
                raise Forbidden(TOO_LARGE.format(path=blob.path or blob.id, limit=limit))
