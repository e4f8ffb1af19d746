"""Cosmos DB: reading alerts, a page at a time.

The database sorts across partitions by one field without an index of its own, so a page is asked
for by event time, and the alerts of the event time at which it begins or ends by device.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tocsin.adapters.cosmos.client import query_parameters, read_sound
from tocsin.adapters.cosmos.container import Container
from tocsin.domain.alerts.alert import Alert, AlertPage, AlertPosition, page_of

_OLDER = ("c.t < @t", "c.t DESC")
_BEHIND = "c.deviceId > @afterDevice OR (c.deviceId = @afterDevice AND c.id > @afterId)"
_SAME_TIME = (f"c.t = @t AND ({_BEHIND})", "c.deviceId")
_FROM_TO = ("c.t >= @from AND c.t <= @to", "c.t DESC")
_BY_ID = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.alertId)"
_END_OF_TIME = 2**53


async def list_alerts(
    container: Container,
    site_id: str | None,
    device_id: str | None,
    *,
    before: AlertPosition | None,
    most: int,
) -> AlertPage:
    """At most three queries of at most *most* + 1 documents each."""
    alerts = _Alerts(container, site_id, device_id, most + 1)
    found, more = ([], False) if before is None else await alerts.of_same_time(before)
    if not more:
        older, more = await alerts.older_than(_END_OF_TIME if before is None else before.t)
        if more and older:
            # Cut somewhere among those of its last event time: these are asked for in their order.
            last_t = older[-1].t
            last, _ = await alerts.of_same_time(AlertPosition(last_t, "", ""))
            older = [*(alert for alert in older if alert.t > last_t), *last]
        found += older
    return page_of(found, most, more=more)


async def find_alerts(
    container: Container, device_id: str, *, from_t: int, to_t: int, most: int
) -> list[Alert]:
    """A device's newest *most* alerts in a range of event time (ms), oldest first."""
    alerts = _Alerts(container, None, device_id, most)
    newest, _ = await alerts.find(_FROM_TO, **{"from": from_t, "to": to_t})
    return newest[::-1]


async def find_alert_changes(container: Container, alert_ids: Sequence[str]) -> list[Alert]:
    """Both documents of each of these alerts, where they are there and sound."""
    if not alert_ids:
        return []
    found = container.query_items(_BY_ID, parameters=query_parameters(ids=[*alert_ids]))
    alerts = [read_sound(Alert.from_document, document) async for document in found]
    return [alert for alert in alerts if alert is not None]


class _Alerts:
    """Queries for at most *count* alerts of a site, of a device, or of all.

    Each gives the alerts, without damaged documents, and whether there may be more.
    """

    def __init__(
        self, container: Container, site_id: str | None, device_id: str | None, count: int
    ) -> None:
        self._container = container
        self._count = count
        self._of: dict[str, Any] = {
            name: value
            for name, value in (("siteId", site_id), ("deviceId", device_id))
            if value is not None
        }

    async def older_than(self, t: int) -> tuple[list[Alert], bool]:
        return await self.find(_OLDER, t=t)

    async def of_same_time(self, position: AlertPosition) -> tuple[list[Alert], bool]:
        """Those of the position's event time that lie behind it."""
        return await self.find(
            _SAME_TIME,
            t=position.t,
            afterDevice=position.device_id,
            afterId=position.document_id,
        )

    async def find(
        self,
        clause: tuple[str, str],
        **values: Any,  # noqa: ANN401 (any JSON)
    ) -> tuple[list[Alert], bool]:
        """Those for which *clause*, a condition and an order, holds."""
        condition, order = clause
        where = " AND ".join([*(f"c.{name} = @{name}" for name in self._of), condition])
        partition = {"partition_key": self._of["deviceId"]} if "deviceId" in self._of else {}
        found = self._container.query_items(
            f"SELECT TOP @count * FROM c WHERE {where} ORDER BY {order}",  # noqa: S608 (constants; values go in as parameters)
            parameters=query_parameters(count=self._count, **self._of, **values),
            **partition,
        )
        alerts = [read_sound(Alert.from_document, document) async for document in found]
        return [alert for alert in alerts if alert is not None], len(alerts) == self._count
