from __future__ import annotations

import pytest

from tests.fakes.messages import NOW
from tests.fakes.records import device_record
from tocsin.domain.device_record import DeviceRecord
from tocsin.domain.health import RECOVERY_MS, all_silent, judge_health

SILENT_MS = 30_000


def state(**changes: object) -> DeviceRecord:
    return device_record("rig-1", **{"enqueuedAt": NOW - 1_000, **changes})


@pytest.mark.parametrize(
    ("record", "value", "why"),
    [
        (None, 0.0, "never sent a reading"),
        (state(), 1.0, ""),
        (state(enqueuedAt=NOW - SILENT_MS), 1.0, ""),
        (state(enqueuedAt=NOW - SILENT_MS - 1), 0.0, "nothing heard of it for 30 s"),
        (state(alert={"t": 1}), 0.2, "in alert"),
        (state(alert={"t": 1}, enqueuedAt=0), 0.0, "nothing heard"),
        (state(sensors={"heat_c": "stuck"}), 0.7, "sensors out: heat_c"),
        (state(clearedAt=NOW), 0.2, "cleared"),
        (state(clearedAt=NOW + 5), 0.2, "cleared"),
        (state(clearedAt=NOW - RECOVERY_MS // 2), 0.6, "cleared"),
        (state(clearedAt=NOW - RECOVERY_MS), 1.0, ""),
    ],
)
def test_health_and_its_reason(record: DeviceRecord | None, value: float, why: str) -> None:
    health = judge_health(record, silent_after_ms=SILENT_MS, now_ms=NOW)
    assert health.value == value
    assert why in health.why
    assert bool(health.why) == (value < 1)


def test_all_are_silent_only_if_nobody_was_heard() -> None:
    quiet = state(enqueuedAt=0)
    silent = {"silent_after_ms": SILENT_MS, "now_ms": NOW}
    assert all_silent([quiet, None], **silent)
    assert not all_silent([quiet, state()], **silent)
