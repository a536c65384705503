"""Who asks for files of LFS: besides people's credentials, the tokens that Git LFS is handed count here."""

from datetime import datetime

from apps.workhorse import identities
from apps.workhorse.authentication import PersonAuthentication
from apps.workhorse.identities import Identity, Look, NotIdentified, Offered


class LfsAuthentication(PersonAuthentication):
    """A token of Git LFS, made for the repository in the path; else what opens Git over HTTP."""

    def identify(self, offered: Offered, *, look: Look, now: datetime) -> Identity:
        """Return whose credentials these are.

        Raises:
            NotIdentified: nobody's.
        """
        try:
            return identities.of_lfs_token(offered, look=look, now=now)
        except NotIdentified:
            return super().identify(offered, look=look, now=now)
