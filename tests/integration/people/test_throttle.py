"""A bucket for everybody who asks: some at once, then so many a minute."""

from __future__ import annotations

import threading

from integration.people.throttle import Throttle


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_some_at_once_and_then_one_every_few_seconds() -> None:
    clock = Clock()
    throttle = Throttle(burst=3, per_minute=6, clock=clock)
    assert [throttle.take("phyllis") for _ in range(5)] == [0, 0, 0, 10, 10]
    clock.now += 9
    assert (throttle.take("phyllis"), throttle.wait("phyllis")) == (1, 1)
    clock.now += 1
    assert [throttle.take("phyllis") for _ in range(2)] == [0, 10]


def test_who_was_away_long_has_no_more_than_the_others() -> None:
    clock = Clock()
    throttle = Throttle(burst=2, per_minute=60, clock=clock)
    throttle.take("phyllis")
    clock.now += 100_000
    assert [throttle.take("phyllis") for _ in range(3)] == [0, 0, 1]


def test_nobody_pays_for_another() -> None:
    throttle = Throttle(burst=1, per_minute=1, clock=Clock())
    assert [throttle.take(who) for who in ("phyllis", "phyllis", "marie")] == [0, 60, 0]


def test_looking_counts_nothing() -> None:
    throttle = Throttle(burst=1, per_minute=1, clock=Clock())
    assert [throttle.wait("phyllis") for _ in range(5)] == [0] * 5
    assert throttle.take("phyllis") == 0


def test_who_has_been_away_longest_is_forgotten_when_there_are_too_many() -> None:
    throttle = Throttle(burst=1, per_minute=1, most=2, clock=Clock())
    for who in ("phyllis", "marie", "phyllis", "otto"):
        throttle.take(who)
    assert (throttle.wait("phyllis"), throttle.wait("otto")) == (60, 60)
    assert throttle.take("marie") == 0


def test_many_threads_at_once_get_no_more_than_there_is() -> None:
    throttle, allowed = Throttle(burst=50, per_minute=1, clock=Clock()), []

    def ask() -> None:
        allowed.extend(1 for _ in range(20) if throttle.take("phyllis") == 0)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 50
