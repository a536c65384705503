"""The double over TLS, and the Git processes behind its pushes."""

import datetime
import signal
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from apps.core.gitaly.channels import channel_to
from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.messages import repository_message
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs import gitaly_subset_pb2_grpc as stubs
from tests.gitaly.doubles import REPOSITORY, Stage, exists_once_reached
from tests.gitaly.raw_calls import refused
from tests.gitaly_double.packs import PackProcess
from tests.gitaly_double.server import running
from tests.gitaly_double.settings import DoubleSettings


def certificate_of_localhost() -> tuple[bytes, bytes]:
    """Return a new key and the certificate that it signed for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, certificate.public_bytes(pem)


def test_the_client_speaks_tls_with_whom_the_system_trusts(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = certificate_of_localhost()
    roots = tmp_path / "roots.pem"
    roots.write_bytes(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    chosen = DoubleSettings(storages={"default": tmp_path}, runtime=tmp_path)

    with running(chosen, tls=grpc.ssl_server_credentials([(key, certificate)])) as double:
        settings.GITALY_STORAGES = {"default": {"address": double.tcp_address}}
        exists = Gitaly(repository=REPOSITORY).repository_exists()

    assert double.tcp_address.startswith("tls://localhost:")
    assert not exists


def test_a_git_that_nobody_listens_to_is_ended() -> None:
    process = PackProcess.start(["sleep", "60"], {"PATH": "/usr/bin:/bin"})
    process.feed(iter(()))

    process.stop()

    assert list(process.output()) == []
    assert process.exit_status() == -signal.SIGKILL


def test_a_git_that_has_ended_can_be_ended_again() -> None:
    process = PackProcess.start(["true"], {"PATH": "/usr/bin:/bin"})
    process.feed(iter(()))
    output = list(process.output())
    process.exit_status()

    process.stop()

    assert (output, process.exit_status()) == ([], 0)


def test_the_first_message_of_a_push_carries_no_data(stage: Stage) -> None:
    ssh = stubs.SSHServiceStub(channel_to(stage.double.address))
    first = pb.SSHReceivePackRequest(repository=repository_message(REPOSITORY), gl_id="key-5", stdin=b"0000")

    call = ssh.SSHReceivePack(iter([first]))

    assert refused(call) == (grpc.StatusCode.INVALID_ARGUMENT, "non-empty data in first request")


def test_a_record_of_calls_can_be_started_anew(stage: Stage) -> None:
    stage.client().repository_exists()

    stage.double.forget_calls()

    assert stage.double.calls == []


def test_a_double_can_be_started_again_in_its_place(tmp_path: Path, settings: Settings) -> None:
    chosen = DoubleSettings(storages={"default": tmp_path}, runtime=tmp_path)
    with running(chosen) as double:
        settings.GITALY_STORAGES = {"default": {"address": double.address}}
        Gitaly(repository=REPOSITORY).create_repository(default_branch="main")

    with running(chosen):
        exists = exists_once_reached(Gitaly(repository=REPOSITORY))

    assert exists
