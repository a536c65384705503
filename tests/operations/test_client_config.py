"""Configuration files for the programs around the instance."""

import tomllib
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

TOKEN = "the token of Gitaly"


@pytest.fixture(autouse=True)
def _instance(settings: Settings) -> None:
    settings.INSTANCE_URL = "https://gitlab.example.com"
    settings.RELATIVE_URL_ROOT = "/gitlab"
    settings.SSH_USER = "git"
    settings.GITALY_STORAGES = {
        "default": {"address": "unix:/run/gitaly.socket", "token": TOKEN},
        "fast": {"address": "unix:/run/gitaly.socket", "token": TOKEN},
        "elsewhere": {"address": "tcp://gitaly.example.com:9999"},
    }


def written(*arguments: str) -> str:
    output = StringIO()
    call_command("client_config", *arguments, stdout=output)
    return output.getvalue()


def test_gitlab_shell_finds_the_instance(settings: Settings) -> None:
    assert yaml.safe_load(written("gitlab-shell")) == {
        "user": "git",
        "gitlab_url": "https://gitlab.example.com/gitlab",
        "gitlab_relative_url_root": "",
        "secret_file": str(settings.SHELL_SECRET_FILE),
        "log_file": "/srv/gitlab-shell/gitlab-shell.log",
        "log_format": "json",
        # Git LFS 3.3, which many have, cannot push where it is on.
        "lfs": {"pure_ssh_protocol": False},
    }


def test_who_signed_the_certificate_is_named_where_there_is_one() -> None:
    asked = ("--url", "https://git.example.com", "--ca-file", "/etc/ssl/our ca.pem")

    assert yaml.safe_load(written("gitlab-shell", *asked))["http_settings"] == {
        "ca_file": "/etc/ssl/our ca.pem"
    }
    gitlab = tomllib.loads(written("gitaly", *asked))["gitlab"]
    assert gitlab["http-settings"] == {"ca_file": "/etc/ssl/our ca.pem"}


@pytest.mark.parametrize("program", ["gitlab-shell", "gitaly"])
def test_without_a_file_the_place_for_it_is_shown_and_nothing_set(program: str) -> None:
    over_tls = written(program, "--url", "https://git.example.com")
    plain = written(program, "--url", "http://git.example.com", "--ca-file", "/etc/ssl/ca.pem")

    assert "ca_file" in over_tls
    assert "ca_path" in over_tls
    assert "ca_file" not in plain
    read = yaml.safe_load(over_tls) if program == "gitlab-shell" else tomllib.loads(over_tls)["gitlab"]
    assert not {"http_settings", "http-settings"} & set(read)


def test_the_seed_of_signed_pushes_stands_where_gitaly_takes_it() -> None:
    commented = [line.removeprefix("# ") for line in written("gitaly").splitlines()]
    start = commented.index("[[git.config]]")

    block = tomllib.loads("\n".join(commented[start : start + 3]))

    assert block == {"git": {"config": [{"key": "receive.certNonceSeed", "value": ""}]}}


@pytest.mark.parametrize("program", ["gitlab-shell", "gitaly"])
def test_a_socket_is_written_as_go_clients_want_it(program: str) -> None:
    text = written(program, "--url", "unix:/run/gitlab internal.sock")

    if program == "gitlab-shell":
        config = yaml.safe_load(text)
        found = config["gitlab_url"], config["gitlab_relative_url_root"]
    else:
        config = tomllib.loads(text)["gitlab"]
        found = config["url"], config["relative_url_root"]
    assert found == ("http+unix://%2Frun%2Fgitlab%20internal.sock", "/gitlab")


def test_gitaly_listens_where_the_instance_looks_for_it_and_holds_its_storages(settings: Settings) -> None:
    config = tomllib.loads(written("gitaly", "--home", "/srv/g", "--with-token"))

    assert config == {
        "socket_path": "/run/gitaly.socket",
        "bin_dir": "/srv/g/bin",
        "runtime_dir": "/srv/g/run",
        "git": {"bin_path": "/usr/bin/git"},
        "storage": [
            {"name": "default", "path": "/srv/g/repositories/default"},
            {"name": "fast", "path": "/srv/g/repositories/fast"},
        ],
        "auth": {"token": TOKEN},
        "gitlab": {
            "url": "https://gitlab.example.com/gitlab",
            "relative_url_root": "",
            "secret_file": str(settings.SHELL_SECRET_FILE),
        },
        "gitlab-shell": {"dir": "/srv/g/shell"},
        "gitaly-ruby": {
            "dir": "/srv/g/ruby",
            "linguist_languages_path": "/srv/g/ruby/languages.json",
        },
        "logging": {"format": "json", "level": "info"},
    }


@pytest.mark.parametrize(
    ("address", "key", "place"),
    [
        ("tcp://gitaly.example.com:9999", "listen_addr", "gitaly.example.com:9999"),
        ("tls://gitaly.example.com:9999", "tls_listen_addr", "gitaly.example.com:9999"),
        ("dns:///gitaly.example.com:9999", "listen_addr", "gitaly.example.com:9999"),
        ("dns+tls:gitaly.example.com:9999", "tls_listen_addr", "gitaly.example.com:9999"),
    ],
)
def test_gitaly_listens_on_any_kind_of_address(
    settings: Settings, address: str, key: str, place: str
) -> None:
    settings.GITALY_STORAGES = {"default": {"address": address}}

    assert tomllib.loads(written("gitaly"))[key] == place


def test_the_token_of_gitaly_is_written_only_on_demand() -> None:
    printed = written("gitaly")

    assert TOKEN not in printed
    assert tomllib.loads(printed)["auth"] == {"token": ""}


def test_kas_finds_the_instance_and_redis(settings: Settings) -> None:
    settings.RELATIVE_URL_ROOT = ""
    settings.REDIS_URL = "redis://:a-password@redis.example.com:6380/3"

    printed = written("kas")

    config, secret = yaml.safe_load(printed), str(settings.KAS_SECRET_FILE)
    assert config["gitlab"] == {
        "address": "https://gitlab.example.com",
        "authentication_secret_file": secret,
    }
    assert config["redis"] == {"network": "tcp", "server": {"address": "redis.example.com:6380"}}
    assert "a-password" not in printed


def test_kas_finds_a_redis_that_listens_on_a_socket(settings: Settings) -> None:
    settings.RELATIVE_URL_ROOT = ""
    settings.REDIS_URL = "unix:///run/redis.sock?db=2"

    config = yaml.safe_load(written("kas"))

    assert config["redis"] == {"network": "unix", "server": {"address": "/run/redis.sock"}}


def test_kas_of_every_age_has_the_listeners_that_it_starts_with(settings: Settings) -> None:
    """From 15.2 on ``api``, ``private_api`` and their secrets must be there; older ones take them."""
    settings.RELATIVE_URL_ROOT = ""
    settings.REDIS_URL = ""

    config, secret = yaml.safe_load(written("kas")), str(settings.KAS_SECRET_FILE)

    assert config["api"]["listen"] == {
        "network": "tcp",
        "address": "127.0.0.1:8153",
        "authentication_secret_file": secret,
    }
    assert config["private_api"]["listen"] == {
        "network": "tcp",
        "address": "127.0.0.1:8155",
        "authentication_secret_file": secret,
    }
    assert config["redis"] == {"network": "tcp", "server": {"address": "127.0.0.1:6379"}}


@pytest.mark.parametrize(
    ("ours", "listens"),
    [
        ("grpc://127.0.0.1:9153", "127.0.0.1:9153"),
        ("grpc://localhost", "localhost:8153"),
        ("grpcs://kas.example.com:9153", "0.0.0.0:9153"),
    ],
)
def test_kas_listens_where_it_is_told_of_pushes(settings: Settings, ours: str, listens: str) -> None:
    settings.RELATIVE_URL_ROOT, settings.GITLAB_KAS = "", ours

    assert yaml.safe_load(written("kas"))["api"]["listen"]["address"] == listens


def test_kas_is_given_no_socket_which_it_would_take_and_never_reach() -> None:
    with pytest.raises(CommandError, match=r"'unix:/run/x\.sock' is a socket; kas speaks TCP only"):
        written("kas", "--url", "unix:/run/x.sock")


@pytest.mark.parametrize(
    ("root", "url", "dropped"),
    [("/gitlab", "https://gitlab.example.com", "/gitlab"), ("", "http://127.0.0.1:3001/git/", "/git")],
)
def test_kas_is_given_no_address_with_a_path_which_it_would_drop(
    settings: Settings, root: str, url: str, dropped: str
) -> None:
    settings.RELATIVE_URL_ROOT = root

    with pytest.raises(CommandError, match=f"kas drops the path '{dropped}' of an address"):
        written("kas", "--url", url)


def test_workhorse_finds_the_instance_and_its_secret(settings: Settings) -> None:
    settings.REDIS_URL = "redis://redis.example.com:6380/3"

    printed = written("workhorse")

    assert tomllib.loads(printed) == {"redis": {"URL": "redis://redis.example.com:6380/3"}}
    words = printed.replace("\\\n#", "").split()
    assert words[words.index("-authBackend") + 1] == "http://127.0.0.1:3001/gitlab"
    assert words[words.index("-secretPath") + 1] == str(settings.WORKHORSE_SECRET_FILE)
    assert words[words.index("-listenAddr") + 1] == "127.0.0.1:8181"


def test_workhorse_finds_an_instance_on_a_socket(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.REDIS_URL = ""
    monkeypatch.setenv("BIND", "unix:/run/gitlab-internal.sock")

    printed = written("workhorse")

    assert "-authSocket /run/gitlab-internal.sock -authBackend http://localhost/gitlab" in printed
    assert tomllib.loads(printed) == {"redis": {}}


def test_nginx_sends_git_to_workhorse_and_keeps_components_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIND", "10.0.0.5:8080")

    printed = written("nginx", "--home", "/etc/ssl")

    assert "server 10.0.0.5:8080;" in printed
    assert "server 127.0.0.1:8181;" in printed
    assert "server_name gitlab.example.com;" in printed
    assert "ssl_certificate_key /etc/ssl/gitlab.example.com.key;" in printed
    assert r"location ~ ^/gitlab/.+(\.git/|/info/refs$) {" in printed
    assert "location ^~ /gitlab/api/v4/internal/ {" in printed
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in printed


@pytest.mark.parametrize("program", ["workhorse", "nginx"])
def test_who_stands_in_front_needs_the_service_itself(program: str) -> None:
    with pytest.raises(CommandError, match="where the service itself listens"):
        written(program, "--url", "https://gitlab.example.com")


@pytest.mark.parametrize("program", ["gitlab-shell", "gitaly", "kas"])
def test_what_is_no_address_is_refused(program: str) -> None:
    with pytest.raises(CommandError, match=r"'ftp://x' is neither http://…, https://… nor unix:/path"):
        written(program, "--url", "ftp://x")


def test_gitaly_needs_a_storage(settings: Settings) -> None:
    settings.GITALY_STORAGES = {}

    with pytest.raises(CommandError, match="GITALY_STORAGES does not name the storage default"):
        written("gitaly")
