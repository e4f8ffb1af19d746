from __future__ import annotations

import pytest

from tests.fakes.messages import NOW
from tests.fakes.records import device_record
from tocsin.domain.behaviour.rhythm import Rhythm
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.health import RECOVERY, all_silent, guess_health

SILENT_MS = 30_000
MINUTELY = Rhythm(gap=60_000, longest=61_000).to_document()


def state(**changes: object) -> DeviceRecord:
    return device_record("rig-1", **{"enqueuedAt": NOW - 1_000, **changes})


@pytest.mark.parametrize(
    ("record", "value", "why"),
    [
        (state(), 1.0, ""),
        (state(alert={"t": 1}), 0.2, "in alert"),
        (state(clearedAt=NOW), 0.2, "cleared"),
        (state(clearedAt=NOW + 5), 0.2, "cleared"),
        (state(clearedAt=NOW - 500 * RECOVERY), 0.6, "cleared"),
        (state(clearedAt=NOW - 1_000 * RECOVERY), 1.0, ""),
    ],
)
def test_health_and_its_reason(record: DeviceRecord, value: float, why: str) -> None:
    health = guess_health(record, NOW)
    assert health.value == value
    assert why in health.why
    assert bool(health.why) == (value < 1)


def test_all_are_silent_only_if_nobody_was_heard() -> None:
    quiet = state(enqueuedAt=0)

    def is_silent(*states: DeviceRecord | None) -> bool:
        return all_silent(states, silent_after_ms=lambda _: SILENT_MS, now_ms=NOW)

    assert is_silent(quiet, None)
    assert not is_silent(quiet, state())
    assert not is_silent(quiet, state(enqueuedAt=NOW - 90_000, rhythm=MINUTELY))
