"""Which requests the double does not simply pass on; matched on the cleaned path, as the real one does."""

import posixpath
import re
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import unquote

_OLD = r"^/([^/]+/)+[^/]+\.git/"
_NEW = r"^/.+\.git/"
_LFS_OBJECT = r"gitlab-lfs/objects/[0-9a-f]{64}/[0-9]+$"


class Route(StrEnum):
    """What is done with a request."""

    INFO_REFS = "info/refs"
    UPLOAD_PACK = "git-upload-pack"
    RECEIVE_PACK = "git-receive-pack"
    SSH = "ssh"
    LFS_UPLOAD = "lfs"
    PROXY = "proxy"


def route(method: str, target: str, headers: Mapping[str, str], *, new: bool) -> Route:
    """Return what is done with a request; ``target`` is raw."""
    path = cleaned(target)
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    prefix = _NEW if new else _OLD

    def ends_with(suffix: str) -> bool:
        return re.search(prefix + suffix, path) is not None

    if method == "GET" and ends_with(r"info/refs$"):
        return Route.INFO_REFS
    for service in (Route.UPLOAD_PACK, Route.RECEIVE_PACK):
        if method == "POST" and ends_with(f"{service}$") and media_type == f"application/x-{service}-request":
            return service
    if new and method == "POST" and ends_with(r"ssh-(upload|receive)-pack$"):
        return Route.SSH
    if method == "PUT" and ends_with(_LFS_OBJECT) and media_type == "application/octet-stream":
        return Route.LFS_UPLOAD
    return Route.PROXY


def cleaned(target: str) -> str:
    """Return the decoded path without empty, ``.`` and ``..`` segments."""
    path = unquote(target.partition("?")[0])
    clean = posixpath.normpath("/" + path.lstrip("/"))
    return clean + "/" if path.endswith("/") and clean != "/" else clean
