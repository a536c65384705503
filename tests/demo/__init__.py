"""``make demo``: a clone, a push and a refusal at a terminal, with doubles around the real service.

It needs what the service itself needs, and git: no test library, no ssh, no Gitaly.
"""

import os

# Programs are started beside threads of gRPC, whose handlers can stop a child before it becomes one.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"
