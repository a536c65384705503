"""From Git's own text of a commit to the message that describes it."""

import re

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb

BODY_LIMIT = 10 * 1024  # bytes
_PERSON = re.compile(rb"(.*?) ?<(.*?)> ?(-?[0-9]+)? ?([+-][0-9]{4})?")
_SIGNATURES = {
    b"-----BEGIN PGP SIGNATURE-----": pb.PGP,
    b"-----BEGIN SIGNED MESSAGE-----": pb.X509,
    b"-----BEGIN SSH SIGNATURE-----": pb.SSH,
}


def commit_message(commit_id: str, raw: bytes) -> pb.GitCommit:
    """Describe a commit; a long body is cut, and ``body_size`` says how long it was."""
    head, _, body = raw.partition(b"\n\n")
    headers = _headers(head)
    return pb.GitCommit(
        id=commit_id,
        subject=body.partition(b"\n")[0],
        body=body[:BODY_LIMIT],
        body_size=len(body),
        author=_person(headers[b"author"][0]),
        committer=_person(headers[b"committer"][0]),
        parent_ids=[parent.decode() for parent in headers.get(b"parent", [])],
        signature_type=_signature(headers),
        tree_id=headers[b"tree"][0].decode(),
    )


def _headers(head: bytes) -> dict[bytes, list[bytes]]:
    headers: dict[bytes, list[bytes]] = {}
    for line in head.replace(b"\n ", b"\0").split(b"\n"):  # continued lines stay together
        name, _, value = line.partition(b" ")
        headers.setdefault(name, []).append(value)
    return headers


def _person(value: bytes) -> pb.CommitAuthor:
    match = _PERSON.match(value)
    if match is None:
        return pb.CommitAuthor(name=value)
    person = pb.CommitAuthor(name=match[1], email=match[2], timezone=match[4] or b"")
    person.date.seconds = int(match[3] or 0)
    return person


def _signature(headers: dict[bytes, list[bytes]]) -> pb.SignatureType:
    for name in (b"gpgsig", b"gpgsig-sha256"):
        for value in headers.get(name, []):
            return _SIGNATURES.get(value.partition(b"\0")[0], pb.NONE)
    return pb.NONE
