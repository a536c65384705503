"""What a request costs: calls of Python functions, which no load changes. A hundred are about 0.03 ms."""

import gc
import sys
from pathlib import Path
from statistics import median_low
from types import FrameType
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from pytest_django.fixtures import Settings

from tests import hot_requests
from tests.hot_requests import send

# The most on either database; a change that needs fewer brings its number down.
MOST = {
    "floor": 360,
    "pull": 830,
    "push": 858,
    "authorized_keys": 468,
    "discover": 440,
    "lfs_authenticate": 1760,
    "pre_receive": 636,
    "post_receive": 3330,
    "agent_info": 1140,
}


def calls_of(handler: WSGIHandler, environ: dict[str, Any]) -> int:
    """Return how many Python functions one request calls."""
    count = 0

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    # A collection calls what waits for the end of any object of the process, in whichever request it falls.
    gc.disable()
    sys.setprofile(profile)
    try:
        send(handler, environ)
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOST)
def test_a_request_calls_few_functions(settings: Settings, tmp_path: Path, name: str) -> None:
    settings.ROOT_URLCONF = "bench.urls"
    world, handler = hot_requests.make_world(settings, tmp_path), WSGIHandler()

    # The first one loads what is loaded once; in a later one, a moment may pass that something is kept for.
    usual = median_low(calls_of(handler, world.environ(name)) for _ in range(5))

    assert usual <= MOST[name]
