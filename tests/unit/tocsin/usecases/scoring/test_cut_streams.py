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


def list_slow_stops(press: Press, size: int) -> list[Envelope]:
    """It is odd for two readings before it is less active than at work, which would be an alert,
    but for the stop; and it has a fault once it is back."""
    down = [(60.0 * share, 20.0) for share in (0.75, 0.62, 0.2)]
    return [
        *press.run(30, size=size),
        *press.send(down, size=size),
        *press.rest(20, size=size),
        *press.run(30, size=size),
        *press.run(6, heat=90.0, size=size),
    ]


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from(
        [
            (PRESS, list_day, ["start"]),
            (PRESS, list_slow_stops, ["score"]),
            (OVEN, list_day_of_oven, ["start"]),
        ]
    ),
    st.integers(1, 40),
    st.booleans(),
)
async def test_states_and_alerts_are_the_same_however_a_stream_is_cut(
    kind: tuple[Profile, Callable[[Press, int], list[Envelope]], list[str]],
    size: int,
    restarts: bool,
) -> None:
    profile, list_messages, causes = kind
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
    assert [cause for _, change, cause in told[0] if change == "raised"] == causes
    same = "operating", "usual", "run"
    assert [device_of(first)[name] for name in same] == [device_of(second)[name] for name in same]
