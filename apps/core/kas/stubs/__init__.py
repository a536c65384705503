"""Generated from ``proto/kas_subset.proto``; nothing in here is written by hand.

Regenerate from the project's root with::

    python -m grpc_tools.protoc -I apps/core/kas/stubs=proto --python_out=. --pyi_out=. \
        apps/core/kas/stubs/kas_subset.proto
"""
