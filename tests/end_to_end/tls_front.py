"""What stands before an instance at ``https://…``: it ends TLS, with a certificate of a private authority."""

import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
CHUNK = 65_536  # bytes


@contextmanager
def running(folder: Path, *, url: str) -> Iterator[tuple[str, Path]]:
    """Stand before the instance at ``url``; yield the address, and the file of who has signed for it."""
    _write_certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "front.pem")
    instance = urlsplit(url)

    class Visit(socketserver.BaseRequestHandler):
        """One connection; a visitor who does not believe the certificate leaves at once."""

        def handle(self) -> None:
            with suppress(OSError), context.wrap_socket(self.request, server_side=True) as visitor:
                _connect(visitor, (str(instance.hostname), instance.port or 80))

    with socketserver.ThreadingTCPServer((HOST, 0), Visit) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://{HOST}:{server.server_address[1]}", folder / "authority.pem"
        server.shutdown()


def _connect(visitor: socket.socket, address: tuple[str, int]) -> None:
    with socket.create_connection(address) as instance:
        asking = threading.Thread(target=_carry, args=(visitor, instance), daemon=True)
        asking.start()
        _carry(instance, visitor)


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(CHUNK):
            target.sendall(content)


def _write_certificates(folder: Path) -> None:
    """Write ``authority.pem``, and ``front.pem`` with key and certificate."""
    ours, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    of_all, of_one = (
        x509.BasicConstraints(ca=True, path_length=0),
        x509.BasicConstraints(ca=False, path_length=None),
    )
    authority = _certificate("Authority", ours).add_extension(of_all, critical=True)
    front = (
        _certificate("Front", key).add_extension(of_one, critical=True).add_extension(address, critical=False)
    )
    (folder / "authority.pem").write_bytes(authority.sign(ours, SHA256()).public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "front.pem").write_bytes(secret + front.sign(ours, SHA256()).public_bytes(Encoding.PEM))


def _certificate(name: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    """Begin a certificate of a key that the authority is to sign."""
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority")]),
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(minutes=5),
        not_valid_after=now + timedelta(hours=1),
    )
