"""A channel that fails or hangs takes few of the places in which sites are served."""

from __future__ import annotations

from contextlib import ExitStack

from tests.fakes.sites import FakeClock
from tocsin.usecases.notifications.notify_lanes import MOST_AT_ONCE, REST_MS, Lanes


def test_a_lane_takes_few_at_once_and_others_none_the_less() -> None:
    lanes = Lanes(FakeClock(0))
    with ExitStack() as users:
        for _ in range(MOST_AT_ONCE):
            assert users.enter_context(lanes.enter("email"))
        assert not users.enter_context(lanes.enter("email"))
        assert users.enter_context(lanes.enter("slack:shift"))
        assert lanes.list_unready() == {"email"}
    assert lanes.list_unready() == frozenset()


def test_a_lane_that_failed_rests() -> None:
    clock = FakeClock(0)
    lanes = Lanes(clock)
    lanes.rest("email")
    assert lanes.rests("email")
    with lanes.enter("email") as is_free:
        assert not is_free
    clock.pass_s(REST_MS / 1_000)
    assert not lanes.rests("email")
    assert lanes.list_unready() == frozenset()
