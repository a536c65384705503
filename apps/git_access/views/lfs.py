"""LFS authentication."""

from django.http import FileResponse, HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.errors import Failure, ResourceNotFound
from apps.core.api.params import Parameters
from apps.core.api.views import InternalViewSet
from apps.core.observability import decisions
from apps.git_access.lfs import files, holders, tokens
from apps.git_access.repositories import containers
from apps.git_access.serializers import params
from apps.ssh_keys import actors
from apps.ssh_keys.params import claim

ACTOR_NOT_FOUND = {"message": "404 Not found"}  # not the text of ResourceNotFound: clients see both


class LfsAuthenticateViewSet(InternalViewSet):
    """Doc: LFS Authentication. Called by GitLab Shell for ``git-lfs-authenticate``."""

    authentication_classes = (SharedSecretAuthentication,)

    def lfs_authenticate(self, request: Request) -> Response:
        """Answer with a token and the URL that it is for."""
        given = Parameters(request)
        gl_repository = given.text("gl_repository")
        if gl_repository is not None:
            params.well_formed(gl_repository)
        container = containers.find(gl_repository=gl_repository, project=given.text("project"))
        actor = actors.find(claim(given))
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
        given = Parameters(request)
        oid, gl_repository = given.text("oid"), given.text("gl_repository")
        if oid is None or gl_repository is None:
            missing = [name for name in ("oid", "gl_repository") if given.text(name) is None]
            raise Failure(400, {"error": ", ".join(f"{name} is missing" for name in missing)})
        try:
            file = files.open_file(repository=params.well_formed(gl_repository), oid=oid)
        except files.NoSuchFile:
            raise ResourceNotFound from None
        return FileResponse(file, content_type="application/octet-stream")
