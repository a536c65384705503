"""Places for threads that wait: some are left who do not."""

import threading
import time

import pytest

from apps.core.waiting import Crowded, Places


def test_a_place_that_becomes_free_is_taken() -> None:
    places = Places(1, patience=10)
    inside = threading.Event()

    def stay() -> None:
        with places.one():
            inside.set()
            time.sleep(0.1)

    other = threading.Thread(target=stay)
    other.start()
    inside.wait()
    with places.one():
        pass
    other.join()


def test_nobody_waits_behind_those_who_have_waited_long() -> None:
    places = Places(1, patience=1.0)
    inside, done = threading.Event(), threading.Event()

    def stay() -> None:
        with places.one():
            inside.set()
            done.wait()

    other = threading.Thread(target=stay)
    other.start()
    inside.wait()
    waited = []
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(Crowded), places.one():
            pass
        waited.append(time.monotonic() - began)
    done.set()
    other.join()

    assert waited[0] > 0.5
    assert waited[1] < 0.5
    with places.one():
        pass


def test_who_is_inside_may_enter_again() -> None:
    places = Places(1)

    with places.one(), places.one(), places.one_if_free() as has_place:
        assert has_place
    with places.one_if_free() as has_place:
        assert has_place


def test_who_would_only_like_a_place_does_not_wait_for_one() -> None:
    places = Places(0, patience=10)

    began = time.monotonic()
    with places.one_if_free() as has_place:
        assert not has_place
    assert time.monotonic() - began < 5
