"""What a request costs: calls of Python functions, which no load changes. A hundred are about 0.03 ms."""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from pytest_django.fixtures import Settings

from tests import hot_requests
from tests.hot_requests import send

# The most on either database; a change that needs fewer brings its number down.
MOST = {
    "floor": 365,
    "pull": 855,
    "push": 885,
    "authorized_keys": 490,
    "discover": 465,
    "lfs_authenticate": 1770,
    "pre_receive": 640,
    "post_receive": 3330,
    "agent_info": 1140,
}


def calls_of(handler: WSGIHandler, environ: dict[str, Any]) -> int:
    """Return how many Python functions one request calls."""
    count = 0

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        send(handler, environ)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOST)
def test_a_request_calls_few_functions(settings: Settings, tmp_path: Path, name: str) -> None:
    settings.ROOT_URLCONF = "bench.urls"
    world, handler = hot_requests.make_world(settings, tmp_path), WSGIHandler()

    first_requests_load_what_is_loaded_once = [calls_of(handler, world.environ(name)) for _ in range(3)]

    assert calls_of(handler, world.environ(name)) <= min(MOST[name], *first_requests_load_what_is_loaded_once)
