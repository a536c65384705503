"""What only PostgreSQL has is tested where the run is on PostgreSQL: ``TEST_DATABASE=postgres``."""

import os

collect_ignore_glob = [] if os.environ.get("TEST_DATABASE") == "postgres" else ["test_*.py"]
