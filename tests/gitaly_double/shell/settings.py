"""What the emulated gitlab-shell reads from its ``config.yml``; here it travels in one variable."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from tests.gitaly_double.api_settings import ApiSettings
from tests.gitaly_double.generations import of_shell
from tests.gitaly_double.versions import Version

VARIABLE = "GITLAB_SHELL_EMULATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellSettings:
    """One installation of gitlab-shell."""

    api: ApiSettings
    version: Version
    root: str = "/opt/gitlab-shell"
    """Where it is installed: authorized keys name the program in its ``bin``."""
    retry_wait: float = 1
    """Seconds before the first repetition; tests shorten it."""

    @classmethod
    def of(cls, version: str, *, url: str, secret_file: str, retry_wait: float = 1) -> "ShellSettings":
        """Return the settings of a release with the credentials that it sends."""
        release = Version.of(version)
        api = ApiSettings(url=url, secret_file=secret_file, generation=of_shell(release))
        return cls(api=api, version=release, retry_wait=retry_wait)

    @classmethod
    def of_file(cls, version: str, text: str, *, retry_wait: float = 1) -> "ShellSettings":
        """Return the settings of a release that its ``config.yml`` gives."""
        read = yaml.safe_load(text)
        plain = cls.of(
            version, url=read["gitlab_url"], secret_file=read["secret_file"], retry_wait=retry_wait
        )
        api = dataclasses.replace(
            plain.api,
            relative_url_root=read["gitlab_relative_url_root"],
            ca_file=read.get("http_settings", {}).get("ca_file", ""),
        )
        return dataclasses.replace(plain, api=api)

    def to_environment(self) -> dict[str, str]:
        """Return the one variable that carries the settings."""
        return {VARIABLE: json.dumps(dataclasses.asdict(self))}

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "ShellSettings":
        """Read the settings back."""
        fields = json.loads(environ[VARIABLE])
        api, version = ApiSettings(**fields["api"]), Version(*fields["version"])
        return cls(**{**fields, "api": api, "version": version})
