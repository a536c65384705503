"""Locks on files."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request

from apps.core.api.params import query
from apps.core.observability import decisions
from apps.git_access.models import LfsFileLock
from apps.workhorse.lfs import locks
from apps.workhorse.lfs.locks import LockQuery
from apps.workhorse.lfs.payloads import lock_payload
from apps.workhorse.lfs.views.base import NOT_JSON, LfsFailure, ProjectLfsViewSet, lfs

NO_PERMISSIONS = (403, "You have no permissions")


class LockViewSet(ProjectLfsViewSet):
    """Not in the document: who keeps which file, on all branches."""

    def is_download(self) -> bool:
        return self.action == "list_locks"

    def list_locks(self, request: Request, repository: str) -> HttpResponseBase:
        """``GET /R.git/info/lfs/locks``."""
        self.require_download()
        given = query(request)
        page = locks.page(self.asker.project_id, _question(given, given))
        decisions.allowed("lfs_list_locks")
        return lfs({"locks": _payloads(page.locks), **_next(page.next_cursor)})

    def create_lock(self, request: Request, repository: str) -> HttpResponseBase:
        """``POST /R.git/info/lfs/locks``."""
        self._require_person()
        path = self._body().get("path")
        try:
            lock = locks.create(
                project_id=self.asker.project_id, path=path, user_id=request.auth.user.id, now=timezone.now()
            )
        except locks.BlankPath:
            raise LfsFailure(422, "Path can't be blank") from None
        except locks.InvalidPath:
            raise LfsFailure(422, "Path is invalid") from None
        except locks.AlreadyLocked as taken:
            raise LfsFailure(409, "already locked", extra={"lock": lock_payload(taken.lock)}) from None
        decisions.allowed("lfs_create_lock")
        return lfs({"lock": lock_payload(lock)}, status=201)

    def verify_locks(self, request: Request, repository: str) -> HttpResponseBase:
        """``POST /R.git/info/lfs/locks/verify``: it reads, for those who may push."""
        self.asker.require_upload()
        page = locks.page(self.asker.project_id, _question(query(request), self._body()))
        mine = request.auth.user.id
        ours = [lock for lock in page.locks if lock.user_id == mine]
        theirs = [lock for lock in page.locks if lock.user_id != mine]
        decisions.allowed("lfs_verify_locks")
        return lfs({"ours": _payloads(ours), "theirs": _payloads(theirs), **_next(page.next_cursor)})

    def remove_lock(self, request: Request, repository: str, lock_id: str) -> HttpResponseBase:
        """``POST /R.git/info/lfs/locks/<id>/unlock``."""
        self._require_person()
        force = self._body().get("force") is True
        try:
            lock = locks.remove(
                project_id=self.asker.project_id,
                lock_id=lock_id,
                user_id=request.auth.user.id,
                level=self.asker.level,
                force=force,
            )
        except locks.UnknownLock:
            raise LfsFailure(404, "Lock not found") from None
        except locks.LockedByOther as other:
            words = f"'{other.lock.path}' is locked by @{other.lock.user.username}"
            raise LfsFailure(403, words) from None
        except locks.NotMaintainer:
            raise LfsFailure(403, "You must have maintainer access to force delete a lock") from None
        decisions.allowed("lfs_remove_lock")
        return lfs({"lock": lock_payload(lock)})

    def _require_person(self) -> None:
        self.require_upload()
        self.require_writes()
        if self.asker.identity and self.asker.identity.is_deploy_key:
            raise LfsFailure(*NO_PERMISSIONS)

    def _body(self) -> Any:
        if self.body is None:
            raise LfsFailure(*NOT_JSON)
        return self.body


def _question(texts: Any, paging: Any) -> LockQuery:
    return LockQuery(
        path=_text(texts.get("path")),
        lock_id=_text(texts.get("id")),
        cursor=_text(paging.get("cursor")),
        limit=_limit(paging.get("limit")),
    )


def _text(value: Any) -> str | None:
    """Return what was given as a text; an empty one asks for nothing in particular."""
    return value if isinstance(value, str) and value else None


def _limit(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 6:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _next(cursor: str | None) -> dict[str, str]:
    return {"next_cursor": cursor} if cursor else {}


def _payloads(found: Iterable[LfsFileLock]) -> list[dict[str, Any]]:
    return [lock_payload(lock) for lock in found]
