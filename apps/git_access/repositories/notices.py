"""What a user is told once, with the next push: the repository was moved, or has just been created.

``/allowed`` remembers a notice, the next ``/post_receive`` of the same user and repository takes it. A notice
is a courtesy: without the shared store there is none, nothing else fails, and no ``/allowed`` waits for it.
"""

from functools import partial

import structlog

from apps.core import records
from apps.core.shared_store.store import failures, store
from apps.git_access.repositories import remotes
from apps.git_access.repositories.ids import RepositoryId, RepositoryType

LIFETIME = 300  # seconds

log = structlog.get_logger(__name__)

_KINDS = {
    RepositoryType.PROJECT: "Project",
    RepositoryType.PROJECT_WIKI: "Project wiki",
    RepositoryType.GROUP_WIKI: "Group wiki",
    RepositoryType.SNIPPET: "Project snippet",
}
_MOVED = """\
{kind} '{old_path}' was moved to '{new_path}'.

Please update your Git remote:

  git remote set-url origin {url}
"""
_CREATED = """
The private project {path} was successfully created.

To configure the remote, run:
  git remote add origin {url}

To view the project, visit:
  {web_url}

"""


def remember_move(
    *, user_id: int, repository: RepositoryId, old_path: str, new_path: str, protocol: str
) -> None:
    """Keep the notice that the path a user asked for is a former one; paths carry their type's suffix."""
    # No group can be called "snippets": such a path is a personal one.
    personal = repository.type == RepositoryType.SNIPPET and new_path.startswith("snippets/")
    _remember(
        _moved_key(user_id, repository),
        _MOVED.format(
            kind="Personal snippet" if personal else _KINDS[repository.type],
            old_path=old_path,
            new_path=new_path,
            url=remotes.clone_url(new_path, protocol=protocol),
        ),
    )


def remember_creation(*, user_id: int, repository: RepositoryId, path: str, protocol: str) -> None:
    """Keep the notice that a user's push has created this project."""
    _remember(
        _created_key(user_id, repository),
        _CREATED.format(
            path=path,
            url=remotes.clone_url(path, protocol=protocol),
            web_url=remotes.web_url(path),
        ),
    )


def take(*, user_id: int, repository: RepositoryId) -> list[str]:
    """Return what there is to tell, the move first, and forget it."""
    keys = (_moved_key(user_id, repository), _created_key(user_id, repository))
    try:
        kept = store().take(*keys)
    except failures():
        log.warning("notices could not be read", exc_info=True)
        return []
    return [kept[key] for key in keys if key in kept]


def _remember(key: str, text: str) -> None:
    records.at_once(partial(_put, key, text))


def _put(key: str, text: str) -> None:
    try:
        store().put(key, text, lifetime=LIFETIME)
    except failures():
        log.warning("a notice could not be kept", key=key, exc_info=True)


def _moved_key(user_id: int, repository: RepositoryId) -> str:
    return f"redirect_namespace:{user_id}:{repository.gl_repository}"


def _created_key(user_id: int, repository: RepositoryId) -> str:
    return f"project_created:{user_id}:{repository.gl_repository}"
