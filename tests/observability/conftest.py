"""Fixtures of the tests of what is observed."""

from tests.api.conftest import log_lines

__all__ = ["log_lines"]
