"""Alerts that joined are noted, however little time there is for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tests.fakes.alerts import raise_alert
from tests.fakes.messages import NOW
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.alerts.alert_marks import Mark, OwedAlert, write_owed
from tocsin.usecases.incidents.change_incidents import AT_ONCE
from tocsin.usecases.incidents.join_owed import join_owed


async def test_a_flood_that_takes_longer_than_one_sweep_is_joined_by_several() -> None:
    """Each sweep has time for one write: what it joined must not be tried by the next again."""
    owed = [
        OwedAlert.from_document(write_owed(raise_alert(f"rig-{n}", NOW + n)))
        for n in range(3 * AT_ONCE)
    ]
    joined: list[str] = []
    noted: list[str] = []

    async def join(alerts: Sequence[Alert]) -> None:
        if joined:
            await asyncio.Event().wait()
        joined.extend(alert.alert_id for alert in alerts)

    def note(alert: OwedAlert, mark: Mark, at_ms: int) -> None:
        assert (mark, at_ms) == ("joinedAt", NOW)
        noted.append(alert.alert.alert_id)

    for sweep in range(1, 4):
        joined.clear()
        left = [alert for alert in owed if alert.alert.alert_id not in noted]
        await join_owed(left, join, within_s=0.05, now_ms=lambda: NOW, note=note)
        assert len(noted) == sweep * AT_ONCE
    assert noted == [alert.alert.alert_id for alert in owed]
