"""Configuration files of the programs around the instance, written so that they find it."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from apps.core.gitaly.servers import Server, server_of
from apps.core.kas.addresses import DEFAULT_PORT, address_of

_TEMPLATES = Path(__file__).parent / "client_configs"
_REDIS = "127.0.0.1:6379"
DEFAULT_BIND = "127.0.0.1:3001"  # as in gunicorn.conf.py
WORKHORSE_LISTENS = "127.0.0.1:8181"


class Program(StrEnum):
    """The programs that a file can be written for; each value begins the name of its template."""

    GITLAB_SHELL = "gitlab-shell"
    GITALY = "gitaly"
    KAS = "kas"
    WORKHORSE = "workhorse"
    NGINX = "nginx"


IN_FRONT = frozenset({Program.WORKHORSE, Program.NGINX})
"""Those who ask the service itself, and are what others know as the instance."""


class UnusableAddress(ValueError):
    """The address of the instance is none that a program could use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the instance does not know: its address as the program sees it, and the program's own folder."""

    url: str
    home: Path
    with_token: bool = False
    ca_file: Path | None = None
    """Who has signed the instance's certificate, where the system does not know them."""


def written_for(program: Program, surroundings: Surroundings) -> str:
    """Return the text of the program's configuration file.

    Raises:
        UnusableAddress: of the instance.
        UnknownStorage: Gitaly shall hold the default storage, and GITALY_STORAGES does not name it.
    """
    (template,) = _TEMPLATES.glob(f"{program}.*")
    values = _VALUES[program](surroundings)
    return Template(template.read_text()).substitute(values)


def _shell(surroundings: Surroundings) -> dict[str, str]:
    return {
        **_instance(surroundings),
        "user": _quoted(settings.SSH_USER),
        "user_name": settings.SSH_USER,
        "home": str(surroundings.home),
        "secret_file": _quoted(settings.SHELL_SECRET_FILE),
        "log_file": _quoted(surroundings.home / "gitlab-shell.log"),
        "http_settings": _trusted(surroundings, "http_settings:", "  ca_file: {}", "  ca_path: {}"),
    }


def _gitaly(surroundings: Surroundings) -> dict[str, str]:
    home, server = surroundings.home, server_of(settings.DEFAULT_STORAGE)
    names = [name for name in settings.GITALY_STORAGES if server_of(name).address == server.address]
    return {
        **_instance(surroundings),
        "listen": _listen(server),
        "bin_dir": _quoted(home / "bin"),
        "runtime_dir": _quoted(home / "run"),
        "storages": "\n\n".join(_storage(name, home / "repositories" / name) for name in names),
        "token": _token(server, shown=surroundings.with_token),
        "secret_file": _quoted(settings.SHELL_SECRET_FILE),
        "shell_dir": _quoted(home / "shell"),
        "ruby_dir": _quoted(home / "ruby"),
        "languages": _quoted(home / "ruby" / "languages.json"),
        "http_settings": _trusted(surroundings, "[gitlab.http-settings]", "ca_file = {}", "ca_path = {}"),
    }


def _trusted(surroundings: Surroundings, head: str, file: str, folder: str) -> str:
    """Say whose certificates are believed; what names a file that is not there would be refused."""
    if not surroundings.url.startswith("https://"):
        return "# Only of an instance at https://…: whose certificates are believed."
    lines = [
        "# Whose certificates are believed beside those of the system: a file of PEM, or a folder of them.",
    ]
    if surroundings.ca_file:
        return "\n".join([*lines, head, file.format(_quoted(surroundings.ca_file))])
    example = Path("/etc/ssl/private-ca")
    wanted = (head, file.format(_quoted(example / "ca.pem")), folder.format(_quoted(example)))
    return "\n".join([*lines, *(f"# {line}" for line in wanted)])


def _kas(surroundings: Surroundings) -> dict[str, str]:
    redis = urlsplit(settings.REDIS_URL)
    address = f"{redis.hostname}:{redis.port or 6379}" if redis.hostname else redis.path or _REDIS
    return {
        "url": _quoted(_address_for_kas(surroundings.url)),
        "secret_file": _quoted(settings.KAS_SECRET_FILE),
        "api_address": _quoted(_api_of_kas()),
        "redis_network": "unix" if redis.scheme == "unix" else "tcp",
        "redis_address": _quoted(address),
    }


def _api_of_kas() -> str:
    """Where kas listens so that ``GITLAB_KAS`` leads there; on loopback without it."""
    if not settings.GITLAB_KAS:
        return f"127.0.0.1:{DEFAULT_PORT}"
    address = address_of(settings.GITLAB_KAS)
    is_near = address.host in ("localhost", "127.0.0.1", "[::1]")
    return f"{address.host if is_near else '0.0.0.0'}:{address.port}"  # noqa: S104 -- other hosts call it


def _address_for_kas(given: str) -> str:
    """Of an address, kas uses scheme, host and port only."""
    url = given.rstrip("/")
    if url.startswith("unix:"):
        raise UnusableAddress(f"{given!r} is a socket; kas speaks TCP only: give --url http://HOST:PORT.")
    prefix = urlsplit(url).path or settings.RELATIVE_URL_ROOT
    if url.startswith(("http://", "https://")) and prefix:
        raise UnusableAddress(f"kas drops the path {prefix!r} of an address: serve the instance without it.")
    return _http(given, url)


def _workhorse(surroundings: Surroundings) -> dict[str, str]:
    return {
        "listen": WORKHORSE_LISTENS,
        "backend": _backend(surroundings),
        "secret_file": str(settings.WORKHORSE_SECRET_FILE),
        "home": str(surroundings.home),
        # Workhorse signs and carries without it; only its later versions say so where it is missing.
        "redis": f"URL = {_quoted(settings.REDIS_URL)}" if settings.REDIS_URL else "# URL = ",
    }


def _nginx(surroundings: Surroundings) -> dict[str, str]:
    url = surroundings.url.rstrip("/")
    socket = url.removeprefix("unix:") if url.startswith("unix:") else ""
    return {
        "host": urlsplit(settings.INSTANCE_URL).hostname or "localhost",
        "service": f"unix:{socket}" if socket else _host_and_port(url),
        "workhorse": WORKHORSE_LISTENS,
        "root": settings.RELATIVE_URL_ROOT,
        "home": str(surroundings.home),
    }


_VALUES = {
    Program.GITLAB_SHELL: _shell,
    Program.GITALY: _gitaly,
    Program.KAS: _kas,
    Program.WORKHORSE: _workhorse,
    Program.NGINX: _nginx,
}


def _backend(surroundings: Surroundings) -> str:
    """Where Workhorse asks; the path below a socket is that of an address beside it."""
    url, root = surroundings.url.rstrip("/"), settings.RELATIVE_URL_ROOT
    if url.startswith("unix:"):
        return f"-authSocket {url.removeprefix('unix:')} -authBackend http://localhost{root}"
    return f"-authBackend http://{_host_and_port(url)}{root}"


def _host_and_port(url: str) -> str:
    """Of the service itself, which speaks plain HTTP to those in front of it."""
    if not url.startswith("http://"):
        raise UnusableAddress(
            f"{url!r} is neither http://… nor unix:/path, where the service itself listens."
        )
    return urlsplit(url).netloc


def _instance(surroundings: Surroundings) -> dict[str, str]:
    """The address; Go's clients want a socket's path escaped, and the path below it apart."""
    url, root = surroundings.url.rstrip("/"), settings.RELATIVE_URL_ROOT
    if url.startswith("unix:"):
        socket = quote(url.removeprefix("unix:"), safe="")
        return {"url": _quoted(f"http+unix://{socket}"), "relative_url_root": _quoted(root)}
    return {"url": _quoted(f"{_http(surroundings.url, url)}{root}"), "relative_url_root": _quoted("")}


def _http(given: str, url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise UnusableAddress(f"{given!r} is neither http://…, https://… nor unix:/path.")
    return url


def _listen(server: Server) -> str:
    """Of ``unix:/path``, ``tcp://host:port``, ``tls://…``, ``dns:…`` and ``dns+tls:…``."""
    scheme, _, rest = server.address.partition(":")
    if scheme == "unix":
        return f"socket_path = {_quoted(rest)}"
    key = "tls_listen_addr" if scheme.endswith("tls") else "listen_addr"
    return f"{key} = {_quoted(rest.rpartition('/')[2])}"


def _storage(name: str, path: Path) -> str:
    return f"[[storage]]\nname = {_quoted(name)}\npath = {_quoted(path)}"


def _token(server: Server, *, shown: bool) -> str:
    return _quoted(server.token or "") if shown or not server.token else '""  # --with-token writes it here'


def _quoted(value: Any) -> str:
    """A text as YAML and TOML both write it."""
    return json.dumps(str(value), ensure_ascii=False)
