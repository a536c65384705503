"""LFS authentication."""

from collections.abc import Sequence

from django.http import FileResponse, HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.errors import Failure, ResourceNotFound
from apps.core.api.params import read_object
from apps.core.api.serializer_errors import MISSING, Problem, all_at_once, first_alone
from apps.core.api.views import InternalViewSet
from apps.core.observability import decisions
from apps.git_access.lfs import files, holders, tokens
from apps.git_access.repositories import containers
from apps.git_access.serializers import params
from apps.git_access.serializers.params import LfsFileParameters, LfsTokenParameters
from apps.ssh_keys import actors
from apps.ssh_keys.params import claim_in

ACTOR_NOT_FOUND = {"message": "404 Not found"}  # not the text of ResourceNotFound: clients see both


class LfsViewSet(InternalViewSet):
    """Doc: LFS Authentication. Called by GitLab Shell for ``git-lfs-authenticate``."""

    authentication_classes = (SharedSecretAuthentication,)

    def lfs_authenticate(self, request: Request) -> Response:
        """Answer with a token and the URL that it is for."""
        given = read_object(LfsTokenParameters, request)
        repository = given.get("gl_repository")
        container = containers.find(
            gl_repository=repository and repository.gl_repository, project=given.get("project")
        )
        actor = actors.find(claim_in(given))
        try:
            granted = tokens.authenticate(container=container, actor=actor, now=timezone.now())
        except tokens.NoLfs:
            decisions.refused("lfs_authenticate", refusal="NoLfs")
            raise ResourceNotFound from None
        except holders.UnknownActor:
            decisions.refused("lfs_authenticate", refusal="UnknownActor")
            raise Failure(404, ACTOR_NOT_FOUND) from None
        decisions.allowed("lfs_authenticate")
        return Response(
            {
                "username": granted.username,
                "lfs_token": granted.token,
                "repository_http_path": granted.repository_http_path,
                "expires_in": granted.expires_in,
            }
        )

    def lfs(self, request: Request) -> HttpResponseBase:
        """``GET /internal/lfs``: answer with the bytes of one file, for Gitaly's archives."""
        given = read_object(LfsFileParameters, request, refusal=_invalid_before_missing)
        try:
            file = files.open_file(repository=params.well_formed(given["gl_repository"]), oid=given["oid"])
        except files.NoSuchFile:
            raise ResourceNotFound from None
        return FileResponse(file, content_type="application/octet-stream")


def _invalid_before_missing(problems: Sequence[Problem]) -> Failure:
    invalid = [problem for problem in problems if problem.kind != MISSING]
    return first_alone(invalid) if invalid else all_at_once(problems)
