"""Gitaly refuses revisions that Git could take for options."""

from collections.abc import Iterable

from tests.gitaly_double.refusals import invalid

PSEUDO_REVISIONS = ("--all", "--not")


def checked(revisions: Iterable[str]) -> list[str]:
    """Return the revisions of a walk, or refuse them."""
    walk = list(revisions)
    if not walk:
        raise invalid("missing revisions")
    for revision in walk:
        if revision and revision not in PSEUDO_REVISIONS:  # an empty one is left to Git
            single(revision)
    return walk


def single(revision: str) -> str:
    """Return one revision, or refuse it."""
    if not revision:
        raise invalid("empty revision")
    if revision.startswith("-"):
        raise invalid("revision can't start with '-'")
    return revision
