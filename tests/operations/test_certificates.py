"""What ``doctor`` says of certificates: files that settings name, and servers that show theirs."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server
from threading import Thread

import pytest
from pytest_django import Settings

from apps.operations.doctor import certificates, examination
from tests.gitaly.test_double_transport import certificate_of_localhost

# It is made for one hour from now.
AT = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _no_others(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/gitaly.socket"}}
    settings.INSTANCE_URL = "http://localhost:3001"
    for name in (*certificates.VARIABLES, "DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


def said(at: datetime = AT) -> list[tuple[str, str]]:
    return [(finding.fact, finding.advice) for finding in examination.of("certificates", now=at)]


@contextmanager
def showing(folder: Path) -> Iterator[int]:
    """Serve a certificate that ends within the hour, to one who asks; yield the port."""
    file = folder / "both.pem"
    file.write_bytes(b"".join(certificate_of_localhost()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            context.wrap_socket(connection, server_side=True).close()

        thread = Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_nothing_to_say() -> None:
    assert said() == [("No setting names a certificate, and no address has TLS", "")]


def test_a_file_that_an_address_names_is_renewed_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, certificate = certificate_of_localhost()
    file = tmp_path / "root.pem"
    file.write_bytes(certificate)
    monkeypatch.setenv("DATABASE_URL", f"postgres://db.example.com/x?sslmode=verify-full&sslrootcert={file}")

    ((fact, advice),) = said()
    assert fact.startswith("The certificate of DATABASE_URL, sslrootcert (CN=localhost) ends on ")
    assert (fact.endswith("in 0 days"), advice) == (True, "Renew it.")
    ((fact, advice),) = said(AT - timedelta(days=40))
    assert (fact.endswith("in 40 days"), advice) == (True, "")
    ((fact, advice),) = said(AT + timedelta(days=1))
    assert ("has ended on" in fact, advice) == (True, "Renew it now.")


def test_a_bundle_of_strangers_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, certificate = certificate_of_localhost()
    file = tmp_path / "bundle.pem"
    file.write_bytes(certificate * 6)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    assert said(AT + timedelta(days=1)) == [("SSL_CERT_FILE: a bundle of 6 authorities", "")]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "none.pem").write_text("nonsense")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "nowhere.pem"))

    first, second = said()
    assert first[0].startswith("The certificate of SSL_CERT_FILE cannot be read: ")
    assert second[0].startswith("The certificate of AWS_CA_BUNDLE cannot be read: [Errno 2]")
    assert first[1] == second[1] == "Name one that can be."


@pytest.mark.parametrize("setting", ["INSTANCE_URL", "the Gitaly of storage default"])
def test_what_a_server_shows_is_looked_at(tmp_path: Path, settings: Settings, setting: str) -> None:
    with showing(tmp_path) as port:
        if setting == "INSTANCE_URL":
            settings.INSTANCE_URL = f"https://localhost:{port}"
        else:
            settings.GITALY_STORAGES = {"default": {"address": f"tls://localhost:{port}"}}
        ((fact, advice),) = said()

    assert fact.startswith(f"The certificate of {setting}, ")
    assert advice == "Renew it."


def test_a_server_that_does_not_answer_is_told(settings: Settings) -> None:
    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings.INSTANCE_URL = f"https://localhost:{port}"

    ((fact, _),) = said()
    assert "cannot be read: [Errno 111] Connection refused" in fact
