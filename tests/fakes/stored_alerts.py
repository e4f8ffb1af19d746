"""Alerts in memory, and how they are listed."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.documents import FakeDocuments
from tocsin.domain.alerts.alert import Alert, AlertPage, AlertPosition, page_of
from tocsin.domain.alerts.alert_marks import write_owed
from tocsin.usecases.ports.scoring import Refusal


class FakeAlerts(FakeDocuments):
    """The alerts among the documents."""

    async def save_alerts(self, alerts: Sequence[Alert]) -> list[Refusal]:
        return self.save_each("alerts", [write_owed(alert) for alert in alerts])

    async def alerts(
        self, site_id: str | None, device_id: str | None, *, before: AlertPosition | None, most: int
    ) -> AlertPage:
        self.note_read()
        found = [
            alert
            for alert in map(Alert.from_document, self.all("alerts"))
            if site_id in {None, alert.site_id} and device_id in {None, alert.device_id}
            if before is None or alert.position.order > before.order
        ]
        return page_of(found, most)

    async def alert_changes(self, alert_ids: Sequence[str]) -> list[Alert]:
        self.note_read()
        every = map(Alert.from_document, self.all("alerts"))
        return [alert for alert in every if alert.alert_id in alert_ids]

    async def past_alerts(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[Alert]:
        self.note_read()
        every = map(Alert.from_document, self.all("alerts"))
        found = [
            alert for alert in every if alert.device_id == device_id and from_t <= alert.t <= to_t
        ]
        return sorted(found, key=lambda alert: alert.t)[-most:]
