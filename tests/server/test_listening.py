"""Addresses of an instance."""

import socket
import stat
from pathlib import Path

import pytest

from apps.server import listening
from apps.server.listening import InstanceAddress


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1:3001", "http://localhost:3001"),
        ("0.0.0.0:8080", "http://localhost:8080"),
        ("[::]:8080", "http://localhost:8080"),
        ("192.0.2.7:80", "http://192.0.2.7:80"),
        ("[2001:db8::7]:80", "http://[2001:db8::7]:80"),
    ],
)
def test_curl_reaches_an_address_by_a_name_it_can_use(address: str, url: str) -> None:
    assert listening.named(address) == InstanceAddress(url)


def test_curl_reaches_a_socket_under_the_host_name_unix(tmp_path: Path) -> None:
    assert listening.named(f"unix:{tmp_path}/api.sock") == InstanceAddress(
        "http://unix", f"{tmp_path}/api.sock"
    )


@pytest.mark.parametrize("address", ["3001", "localhost", "localhost:http", "/run/api.sock"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(listening.NotAnAddress, match="neither HOST:PORT nor unix:PATH"):
        listening.named(address)


def test_any_free_port() -> None:
    with listening.listen("127.0.0.1:0") as listener:
        port = listener.getsockname()[1]

        assert port
        assert listening.instance_url(listening.of(listener)) == {"INSTANCE_URL": f"http://localhost:{port}"}


def test_a_taken_port_is_refused() -> None:
    with (
        listening.listen("127.0.0.1:0") as first,
        pytest.raises(OSError, match="in use"),
    ):
        listening.listen(f"127.0.0.1:{first.getsockname()[1]}")


def test_a_socket_lets_other_users_in(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"

    with listening.listen(f"unix:{path}") as listener:
        assert stat.S_IMODE(path.stat().st_mode) == 0o666
        assert listening.instance_url(listening.of(listener)) == {}


def test_the_socket_of_a_killed_server_is_replaced(tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/api.sock"
    listening.listen(address).close()

    with listening.listen(address) as listener, socket.socket(socket.AF_UNIX) as client:
        client.connect(listener.getsockname())


def test_the_socket_of_a_running_server_is_not(tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/api.sock"

    with listening.listen(address), pytest.raises(OSError, match="in use"):
        listening.listen(address)
