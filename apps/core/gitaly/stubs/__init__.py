"""Generated from ``proto/gitaly_subset.proto``; nothing in here is written by hand.

Regenerate from the project's root with::

    python -m grpc_tools.protoc -I apps/core/gitaly/stubs=proto --python_out=. --pyi_out=. \
        --grpc_python_out=. apps/core/gitaly/stubs/gitaly_subset.proto

The mapping after ``-I`` gives the file its package path, so the generated imports are right as they
are. A process must never load a second definition of the protobuf package ``gitaly``.
"""
