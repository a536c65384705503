"""What all services share: the double's settings and its storages."""

from dataclasses import dataclass

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from tests.gitaly_double.git import GitDirectory
from tests.gitaly_double.settings import DoubleSettings
from tests.gitaly_double.storages import Storages
from tests.gitaly_double.versions import Version


@dataclass(frozen=True, slots=True)
class Service:
    """A service over the repositories of one double."""

    settings: DoubleSettings

    @property
    def storages(self) -> Storages:
        return Storages(self.settings.storages)

    @property
    def version(self) -> Version:
        return self.settings.version

    def open(self, repository: pb.Repository) -> GitDirectory:
        """Return the repository that a request is about."""
        return self.storages.open(repository)
