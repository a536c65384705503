"""The three methods of Gitaly that kas needs to synchronise a repository with one manifest."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc

from tests.agent.protobuf import integer, text

COMMIT = "1" * 40
BLOB = "2" * 40
MANIFEST = b"apiVersion: v1\nkind: ConfigMap\n"
CONFIGURATION = b"gitops: {}\n"
_BLOB_TYPE = 1
_FILE_MODE = 0o100644


def _refs(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
    head = f"{COMMIT} HEAD\0symref=HEAD:refs/heads/main\n".encode()
    lines = [b"# service=git-upload-pack\n", b"", head, f"{COMMIT} refs/heads/main\n".encode(), b""]
    packets = (b"%04x%s" % (len(line) + 4, line) if line else b"0000" for line in lines)
    yield text(1, b"".join(packets))


def _file(data: bytes) -> Iterator[bytes]:
    size = integer(3, len(data))
    yield integer(1, _BLOB_TYPE) + text(2, BLOB) + size + integer(4, _FILE_MODE) + text(5, data)


def _entries(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
    path = "manifest.yaml"
    # No type: here, unlike above, a blob is 0.
    entry = text(1, BLOB) + text(3, path) + integer(5, _FILE_MODE)
    yield text(1, entry + text(6, COMMIT) + text(7, path))


@contextmanager
def serving(socket: Path, *, configuration: bytes = CONFIGURATION) -> Iterator[str]:
    """Listen on a Unix socket and yield the address; ``configuration`` is every agent's."""

    def entry(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        return _file(configuration if b"config.yaml" in request else MANIFEST)

    methods: dict[str, dict[str, Any]] = {
        "gitaly.SmartHTTPService": {"InfoRefsUploadPack": _refs},
        "gitaly.CommitService": {"TreeEntry": entry, "GetTreeEntries": _entries},
    }
    server = grpc.server(ThreadPoolExecutor(8))
    for service, handlers in methods.items():
        streams = {
            name: grpc.unary_stream_rpc_method_handler(
                handler, request_deserializer=bytes, response_serializer=bytes
            )
            for name, handler in handlers.items()
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, streams),))
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    try:
        yield f"unix:{socket}"
    finally:
        server.stop(grace=0).wait()
