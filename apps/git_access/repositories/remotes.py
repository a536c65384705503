"""The addresses of a repository, as people and Git clients use them."""

from django.conf import settings

DEFAULT_SSH_PORT = 22


def clone_url(path: str, *, protocol: str) -> str:
    """Return the URL of a repository for the protocol in use: SSH for ``ssh``, else HTTP."""
    return ssh_url(path) if protocol == "ssh" else http_url(path)


def ssh_url(path: str) -> str:
    """Return ``git@host:path.git``; another port than SSH's own needs the long form."""
    host = f"{settings.SSH_USER}@{settings.SSH_HOST}" if settings.SSH_USER else settings.SSH_HOST
    if settings.SSH_PORT == DEFAULT_SSH_PORT:
        return f"{host}:{path}.git"
    return f"ssh://{host}:{settings.SSH_PORT}/{path}.git"


def http_url(path: str) -> str:
    """Return the HTTP clone URL, under the root that the operator may have set for clones."""
    root = settings.CUSTOM_HTTP_CLONE_URL_ROOT or settings.INSTANCE_URL
    return f"{root}/{path}.git"


def web_url(path: str) -> str:
    """Return the address of a page."""
    return f"{settings.INSTANCE_URL}/{path}"
