from __future__ import annotations

import numpy as np
import pytest

from tests.fakes.machines import AT_WORK, OVEN, PRESS, TOLD, make_profile
from tocsin.domain.states.follow import find_telling
from tocsin.domain.states.operating import UNTOLD, Operating, Walk
from tocsin.domain.states.reach import find_heights

LEARNED = make_profile(
    {"activity": [{"channel": "force_kn"}], "reach": [{"channel": "heat_c"}], "start_s": 20}
)
NAN = float("nan")


@pytest.mark.parametrize("zero", [0.0, 273.15, -300.0])
def test_a_height_follows_from_the_width_at_work_whatever_its_zero(zero: float) -> None:
    heights = find_heights(LEARNED, {**AT_WORK, "heat_c": (160 + zero, 180 + zero)})
    assert heights is not None
    assert heights.columns == (1,)
    assert heights.at[0] == np.float32(150 + zero)
    assert heights.highest == 180 + zero


def test_a_height_may_be_given_and_is_none_where_nothing_is_known() -> None:
    given = find_heights(OVEN, {})
    assert given is not None
    assert (given.at[0], given.highest) == (15, 0.0)
    assert find_heights(LEARNED, AT_WORK) is None
    assert find_heights(TOLD, {"heat_c": (1.0, 2.0)}) is None


def test_all_have_to_have_come_up_and_what_is_missing_has_not() -> None:
    both = make_profile(
        {
            "activity": [{"channel": "force_kn"}],
            "reach": [{"channel": "heat_c", "at": 15}, {"channel": "force_kn", "at": 40}],
        }
    )
    heights = find_heights(both, {})
    assert heights is not None
    values = np.array([(50, 20), (50, 10), (30, 20), (50, NAN)], np.float32)
    assert heights.find_reached(values).tolist() == [True, False, False, False]


def test_the_channel_that_tells_most_of_a_start_is_that_of_its_activity_if_there_is_one() -> None:
    usual = {**AT_WORK, "heat_c": (16.0, 18.0)}
    found = [find_telling(profile, usual) for profile in (PRESS, OVEN, TOLD)]
    assert [None if part is None else (part.main, part.highest) for part in found] == [
        (0, 65.0),
        (1, 18.0),
        (None, 0.0),
    ]


def make_walk(now: Operating = UNTOLD) -> Walk:
    return Walk(now, period_ms=1_000, window=6, has_idle=False, is_slow=True)


def test_a_machine_that_shows_its_activity_starts_until_it_has_come_up() -> None:
    low, high = 0, 3
    walk = make_walk()
    for t in range(5):
        walk.step(1_000 * t, low)
    for t in range(5, 400):
        walk.step(1_000 * t, high, reached=False)
    assert (walk.now.state, walk.now.started) == ("starting", 5_000)
    for t in range(400, 405):
        walk.step(1_000 * t, high, reached=True)
    assert (walk.now.state, walk.now.since, walk.now.started) == ("running", 400_000, 400_000)
    walk.step(405_000, high, reached=False)
    assert (walk.now.state, walk.now.started) == ("running", 400_000)
    walk.begin_anew(9_000_000, reached=False)
    assert (walk.now.state, walk.now.started) == ("starting", 9_000_000)


def test_one_reading_that_has_come_up_ends_no_start() -> None:
    walk = make_walk(Operating("off", since=0))
    for t in range(1, 60):
        walk.step_told(1_000 * t, "running", reached=t % 3 == 0)
    assert walk.now.state == "starting"
