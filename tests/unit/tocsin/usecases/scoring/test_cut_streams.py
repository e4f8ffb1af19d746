"""Operating states, and what is called, do not depend on how a stream is cut into messages."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.machines import (
    OVEN,
    PRESS,
    Press,
    make_plant,
)
from tests.unit.tocsin.usecases.scoring.press_shop import (
    alerts,
    device_of,
    score_each,
)
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.profile import Profile


def list_day(press: Press, size: int) -> list[Envelope]:
    """With a start that goes wrong at its end."""
    return [
        *press.run(30, size=size),
        *press.rest(20, size=size),
        *press.run(40, size=size),
        *press.rest(12, size=size),
        *press.run(30, force=20.0, size=size),
    ]


def list_day_of_oven(press: Press, size: int) -> list[Envelope]:
    """It is switched off and comes up, and does not come up the next time."""
    return [
        *press.run(30, mode=2, size=size),
        *press.run(20, force=0.0, heat=5.0, mode=0, size=size),
        *press.run(15, heat=5.0, mode=2, size=size),
        *press.run(40, mode=2, size=size),
        *press.run(20, force=0.0, heat=5.0, mode=0, size=size),
        *press.run(30, heat=5.0, mode=2, size=size),
    ]


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from([(PRESS, list_day), (OVEN, list_day_of_oven)]),
    st.integers(1, 40),
    st.booleans(),
)
async def test_states_and_alerts_are_the_same_however_a_stream_is_cut(
    kind: tuple[Profile, Callable[[Press, int], list[Envelope]]], size: int, restarts: bool
) -> None:
    profile, list_messages = kind
    first, second = make_plant(profile), make_plant(profile)
    await score_each(first, list_messages(Press(), 30))
    for message in list_messages(Press(), size):
        await second.score([message])
        if restarts:
            second.restart()
    told = [
        [(one["t"], one["type"], one["cause"]) for one in alerts(each)] for each in (first, second)
    ]
    assert told[0] == told[1]
    assert [cause for *_, cause in told[0]] == ["start"]
    same = "operating", "usual", "run"
    assert [device_of(first)[name] for name in same] == [device_of(second)[name] for name in same]
