"""Fixtures of the tests of the plumbing."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.api.logs import LogLines


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """Everything that the configured handler writes."""
    (handler,) = (
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler)
        and isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    )
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield LogLines(stream)
    handler.setStream(before)
