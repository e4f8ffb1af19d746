from __future__ import annotations

import pytest

from tests.fakes.machines import CODES, TOLD, make_profile
from tocsin.domain.errors import InvalidProfileError
from tocsin.domain.states.rule import read_told


@pytest.mark.parametrize(
    "states",
    [
        {},
        [],
        {"activity": []},
        {"activity": [{"channel": "speed"}]},
        {"activity": [{"channel": "force_kn", "idle_below": 3}]},
        {"activity": [{"channel": "force_kn", "off_below": 4, "idle_below": 3}]},
        {"activity": [{"channel": "force_kn", "of_below": 4}]},
        {"activity": [{"channel": "force_kn"}], "told_by": "mode", "names": CODES},
        {"activity": [{"channel": "force_kn"}], "start_s": 0},
        {"activity": [{"channel": "force_kn"}], "names": CODES},
        {"told_by": "mode"},
        {"told_by": "mode", "names": {"0": "asleep"}},
        {"told_by": "force_kn", "names": CODES},
        {"told_by": "mode", "names": CODES, "until": 3},
        {"told_by": "mode", "names": CODES, "reach": [{"channel": "speed"}]},
        {"told_by": "mode", "names": CODES, "reach": [{"channel": "heat_c", "from": 3}]},
        {"told_by": "mode", "names": CODES, "reach": ["heat_c"]},
        {"reach": [{"channel": "heat_c"}]},
    ],
)
def test_states_that_say_nothing_clear_are_refused(states: object) -> None:
    with pytest.raises(InvalidProfileError, match="states"):
        make_profile(states)


def test_told_values_are_read_as_people_write_them() -> None:
    assert TOLD.states is not None
    told, bad = read_told([2, 2.0, "2", None, 0, True, 9, "x" * 99], TOLD.states)
    assert told == ("running", "running", "running", None, "off", None, None, None)
    assert bad is not None
    assert bad.at == (5, 6, 7)
    assert read_told([1, None], TOLD.states)[1] is None
