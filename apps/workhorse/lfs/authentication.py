"""Who asks for files of LFS: besides people's credentials, the tokens that Git LFS is handed count here."""

from datetime import datetime

from rest_framework.request import Request

from apps.workhorse import identities
from apps.workhorse.authentication import PersonAuthentication
from apps.workhorse.identities import Identity, NotIdentified, Offered


class LfsAuthentication(PersonAuthentication):
    """A token of Git LFS, made for the repository in the path; else what opens Git over HTTP."""

    def identify(self, request: Request, offered: Offered, *, now: datetime) -> Identity:
        """Return whose credentials these are.

        Raises:
            NotIdentified: nobody's.
        """
        container = request.parser_context["view"].container
        try:
            return identities.of_lfs_token(offered, container=container, now=now)
        except NotIdentified:
            return super().identify(request, offered, now=now)
