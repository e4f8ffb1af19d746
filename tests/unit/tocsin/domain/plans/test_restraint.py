"""A promise that was not kept holds the site still, for longer each time."""

from __future__ import annotations

from tests.fakes.messages import NOW
from tocsin.domain.plans.restraint import (
    HOLD,
    LATEST,
    MOST_BROKEN,
    Hold,
    Promise,
    Trust,
    check_promise,
    lift_hold,
)

PERIOD_MS = 2_000.0
HOLD_MS = round(HOLD * PERIOD_MS)
PROMISE = Promise(7, NOW, {"cell-1": 80.0, "cell-2": 100.0})


def test_a_kept_promise_restores_trust() -> None:
    trust = check_promise(Trust(2, PROMISE), {"cell-1": 85.0, "cell-2": 130.0}, NOW, PERIOD_MS)
    assert trust == Trust(1, None)
    assert check_promise(Trust(0), {"cell-1": 85.0}, NOW, PERIOD_MS) == Trust(0)


def test_it_waits_for_every_receiver_but_not_for_ever() -> None:
    waiting = Trust(1, PROMISE)
    assert check_promise(waiting, {"cell-1": 85.0}, NOW, PERIOD_MS) == waiting
    assert check_promise(waiting, {"cell-1": 85.0}, NOW + 2_000 * LATEST, PERIOD_MS) == waiting
    late_ms = NOW + 2_000 * LATEST + 1
    assert check_promise(waiting, {"cell-1": 85.0}, late_ms, PERIOD_MS) == Trust(1, None)


def test_a_broken_promise_holds_the_site_and_says_why() -> None:
    trust = check_promise(Trust(0, PROMISE), {"cell-1": 240.0}, NOW, PERIOD_MS)
    assert trust.hold is not None
    assert (trust.broken, trust.promise, trust.hold.until - NOW) == (1, None, HOLD_MS)
    assert "plan 7" in trust.hold.reason
    assert "cell-1 answers in 240 ms, not in 80 ms" in trust.hold.reason


def test_holds_grow_up_to_eight_times_the_first() -> None:
    trust, lengths = Trust(), []
    for _ in range(6):
        before = Trust(trust.broken, PROMISE, trust.hold)
        trust = check_promise(before, {"cell-1": 900.0}, NOW, PERIOD_MS)
        assert trust.hold is not None
        lengths.append(trust.hold.until - NOW)
    assert lengths == sorted(lengths)
    assert lengths[:3] == [HOLD_MS, 2 * HOLD_MS, 4 * HOLD_MS]
    assert lengths[-1] == 8 * HOLD_MS
    assert trust.broken == MOST_BROKEN


def test_a_hold_ends_by_itself_or_by_an_operator() -> None:
    hold = Hold(NOW, NOW + HOLD_MS, "why")
    assert lift_hold(hold, None, NOW + 1) == hold
    assert lift_hold(hold, NOW - 1, NOW + 1) == hold
    assert lift_hold(hold, NOW + 1, NOW + 2) is None
    assert lift_hold(hold, None, NOW + HOLD_MS) is None
    assert lift_hold(None, None, NOW) is None
