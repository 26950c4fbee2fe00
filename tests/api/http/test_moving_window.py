"""The counts behind the limits: a moving minute, and a memory that forgets and is bounded."""

import gc
from threading import Thread

import pytest

from api.http.access import rate_limits
from api.http.access.rate_limits import MOST_NAMES, SIGN_INS, Limiter, MovingWindow


class Clock:
    """A clock that a test turns."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_so_many_are_within_any_minute_and_the_next_is_told_when(clock: Clock) -> None:
    window = MovingWindow(3, clock)
    for second in (0, 10, 20):
        clock.now = 1000.0 + second
        assert window.hit("a") == 0
    assert window.hit("a") == 40
    assert window.hit("b") == 0
    clock.now = 1059.5
    assert window.hit("a") == 1
    clock.now = 1060.0
    assert window.hit("a") == 0  # the first has gone by
    assert window.hit("a") == 10


def test_what_was_refused_is_not_counted(clock: Clock) -> None:
    window = MovingWindow(1, clock)
    assert window.hit("a") == 0
    for second in range(1, 60):
        clock.now = 1000.0 + second
        assert window.hit("a") == 60 - second
    clock.now = 1060.0
    assert window.hit("a") == 0


def test_after_its_minute_a_name_is_forgotten(clock: Clock) -> None:
    window = MovingWindow(10, clock)
    for number in range(5_000):
        window.hit(f"address {number}")
    assert len(window) == 5_000
    clock.now += 60
    window.hit("one more")
    assert len(window) == 1


def test_within_a_minute_no_more_than_so_many_names_are_kept(clock: Clock) -> None:
    window = MovingWindow(1, clock)
    for number in range(3 * MOST_NAMES):
        clock.now += 1e-6
        window.hit(f"address {number}")
        assert len(window) <= MOST_NAMES
    assert window.hit(f"address {3 * MOST_NAMES - 1}") > 0, "the newest are still counted"
    assert window.hit("address 0") == 0, "the one that was longest quiet is forgotten first"


def test_of_20_001_addresses_an_application_keeps_no_object_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "MOST_NAMES", 100)
    limiter = Limiter()
    for number in range(200):
        limiter.hit(SIGN_INS, "sign-in", f"10.0.0.{number}")
    gc.collect()
    before = len(gc.get_objects())
    for number in range(20_001):
        limiter.hit(SIGN_INS, "sign-in", f"10.1.{number}")
    gc.collect()
    assert len(gc.get_objects()) - before < 50


def test_many_at_once_never_come_to_more_than_the_limit() -> None:
    window, passed = MovingWindow(50), list[int]()
    threads = [
        Thread(target=lambda: passed.extend(1 for _ in range(20) if window.hit("one address") == 0)) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 50
