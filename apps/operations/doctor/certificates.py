"""When certificates end: those in files that the settings name, and those that the servers around us show."""

import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from django.conf import settings

from apps.core.counting import counted
from apps.operations.doctor.finding import Diagnosis

SOON = timedelta(days=30)
PATIENCE = 3.0  # seconds for each server
BUNDLE = 5  # a file with more holds those of strangers, of which some have always ended
_BEGIN = b"-----BEGIN CERTIFICATE-----"
HTTPS, TLS_OF_GITALY = 443, 9999
# Variables that name a file of certificates, to our libraries and to those of Git's programs.
VARIABLES = ("SSL_CERT_FILE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE")
# Parts of an address that name one, to PostgreSQL and to Redis.
PARAMETERS = ("sslrootcert", "sslcert", "ssl_ca_certs", "ssl_certfile")


@dataclass(frozen=True, slots=True)
class CertificatePlace:
    """Where certificates are: a file, or a server; ``name`` says who names it."""

    name: str
    file: Path | None = None
    server: tuple[str, int] | None = None


def certificates(*, now: datetime) -> Iterator[Diagnosis]:
    """Each certificate with the day on which it ends."""
    places = [*_files(), *_servers()]
    for place in places:
        yield from _about(place, now=now)
    if not places:
        yield Diagnosis("No setting names a certificate, and no address has TLS")


def _files() -> Iterator[CertificatePlace]:
    for variable in VARIABLES:
        if path := os.environ.get(variable):
            yield CertificatePlace(variable, file=Path(path))
    for setting in ("DATABASE_URL", "REDIS_URL"):
        query = parse_qs(urlsplit(os.environ.get(setting) or "").query)
        for parameter in PARAMETERS:
            for path in query.get(parameter, ()):
                if path != "system":  # a word of PostgreSQL's
                    yield CertificatePlace(f"{setting}, {parameter}", file=Path(path))


def _servers() -> Iterator[CertificatePlace]:
    addresses = {"INSTANCE_URL": (settings.INSTANCE_URL, "https", HTTPS)}
    for name, storage in settings.GITALY_STORAGES.items():
        addresses[f"the Gitaly of storage {name}"] = (storage["address"], "tls", TLS_OF_GITALY)
    for name, (address, scheme, port) in addresses.items():
        parts = urlsplit(address)
        if parts.scheme == scheme and parts.hostname:
            yield CertificatePlace(f"{name}, {address}", server=(parts.hostname, parts.port or port))


def _about(place: CertificatePlace, *, now: datetime) -> Iterator[Diagnosis]:
    try:
        read = place.file.read_bytes() if place.file else _shown(place.server) if place.server else b""
        number = read.count(_BEGIN)
        # Among many authorities of others some are unlike what the library takes.
        found = x509.load_pem_x509_certificates(read) if number <= BUNDLE else []
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        yield Diagnosis(f"The certificate of {place.name} cannot be read: {reason}", "Name one that can be.")
        return
    if number > BUNDLE:
        yield Diagnosis(f"{place.name}: a bundle of {counted(number, 'authority', 'authorities')}")
    for each in found:
        yield _ending(place, each, now=now)


def _shown(server: tuple[str, int]) -> bytes:
    """Return the certificate that a server shows, as text."""
    # Whether it is trusted is for those to say who connect; here only its day counts.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(server, timeout=PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=server[0]) as secured,
    ):
        shown = secured.getpeercert(binary_form=True)
    return ssl.DER_cert_to_PEM_cert(shown).encode() if shown else b""


def _ending(place: CertificatePlace, certificate: x509.Certificate, *, now: datetime) -> Diagnosis:
    end = certificate.not_valid_after_utc
    who = certificate.subject.rfc4514_string() or "no name"
    days = counted((end - now).days, "day")
    fact = f"The certificate of {place.name} ({who}) ends on {end:%Y-%m-%d}, in {days}"
    if end <= now:
        return Diagnosis(
            f"The certificate of {place.name} ({who}) has ended on {end:%Y-%m-%d}", "Renew it now."
        )
    return Diagnosis(fact, "Renew it." if end - now < SOON else "")
