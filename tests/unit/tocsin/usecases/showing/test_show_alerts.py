"""Alerts as they were raised, and what became of each, whatever page they are looked for on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tests.fakes.records import device_record
from tests.fakes.sites import FakeSites
from tests.fakes.store import FakeStore
from tocsin.domain.access.people import Sites
from tocsin.domain.alerts.alert import Alert, AlertPage, AlertPosition
from tocsin.domain.alerts.silence import raise_silence
from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.usecases.showing.show_alerts import AlertQuery, ShownAlert, show_alerts

HEARD = NOW - 300_000


def raise_alert(t: int, device_id: str = "rig-1", site_id: str = "north") -> Alert:
    return Alert(
        change="raised",
        alert_id=f"{device_id}-{t}",
        device_id=device_id,
        site_id=site_id,
        profile="rig",
        t=t,
        score=11.5,
        threshold=10.0,
        cause="score",
        contributions={"speed_rpm": 0.25, "heat_c": 0.75},
        sensors={"heat_c": "stuck"},
        model_version="1-a",
        enqueued_at=t + 40,
    )


def clear(alert: Alert, t: int) -> Alert:
    return replace(alert, change="cleared", t=t, score=1.0, cause=None, sensors={})


async def store_of(*alerts: Alert, **in_alert: int | None) -> FakeStore:
    """A store with *alerts*, and each device of *in_alert* in the alert raised at that time."""
    store = FakeStore()
    await store.save_alerts(alerts)
    for name, t in in_alert.items():
        alert = None if t is None else {"alertId": f"{name}-{t}", "t": t}
        await store.save_devices([device_record(name.replace("_", "-"), alert=alert)])
    return store


async def show(store: FakeStore, **wanted: object) -> list[ShownAlert]:
    """Every page, joined."""
    shown: list[ShownAlert] = []
    query = AlertQuery(**wanted)  # type: ignore[arg-type]  # fields by name
    while True:
        page, older = await show_alerts(query, fleet=store, settings=FakeSites(), now_ms=NOW)
        assert len(page) <= query.most
        shown += page
        if older is None:
            return shown
        query = replace(query, before=older)


async def test_an_alert_is_shown_as_raised_with_when_it_cleared() -> None:
    first, second = raise_alert(100), raise_alert(300)
    store = await store_of(first, clear(first, 200), second, rig_1=300)
    assert await show(store) == [ShownAlert(second, None, True), ShownAlert(first, 200, False)]


@pytest.mark.parametrize("most", [1, 2, 3, 50])
async def test_pages_join_without_a_gap_though_clearings_lie_on_others(most: int) -> None:
    alerts = [raise_alert(100 * n, f"rig-{n % 3}") for n in range(1, 9)]
    clearings = [clear(alert, 1_000 + alert.t) for alert in alerts]  # all newer than any raised
    shown = await show(await store_of(*alerts, *clearings), most=most)
    assert shown == [ShownAlert(alert, 1_000 + alert.t, False) for alert in alerts[::-1]]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), unique=True), st.integers(1, 4))
async def test_every_alert_is_shown_once(pairs: Sequence[tuple[int, int]], most: int) -> None:
    alerts = [raise_alert(t, f"rig-{n}") for t, n in pairs]
    endings = [clear(alert, 10 + alert.t) for alert in alerts[::2]]
    shown = await show(await store_of(*alerts, *endings), most=most)
    in_order = sorted(alerts, key=lambda alert: alert.position.order)
    assert [alert.raised for alert in shown] == in_order
    assert [alert.cleared_at is None for alert in shown] == [
        alert not in alerts[::2] for alert in in_order
    ]


async def test_alerts_of_a_site_and_of_a_device() -> None:
    north, south = raise_alert(100, "rig-1"), raise_alert(200, "rig-2", "south")
    store = await store_of(north, south, rig_1=100)
    await store.save_devices([device_record("rig-2", siteId="south", alert={"t": 200})])
    for only_open in (False, True):
        of = {"only_open": only_open}
        assert [alert.raised for alert in await show(store, **of)] == [south, north]
        assert [alert.raised for alert in await show(store, site_id="north", **of)] == [north]
        assert [alert.raised for alert in await show(store, device_id="rig-2", **of)] == [south]
        assert await show(store, site_id="north", device_id="rig-2", **of) == []


@pytest.mark.parametrize("most", [1, 2, 9])
async def test_open_alerts_alone(most: int) -> None:
    store = await store_of()
    expected = []
    for n in range(5):
        name = f"rig-{n}"
        old, now = raise_alert(100 + n, name), raise_alert(500 + n // 2, name)
        await store.save_alerts([old, clear(old, 300), now])
        await store.save_devices([device_record(name, alert={"t": now.t})])
        expected.append(now)
    expected.sort(key=lambda alert: alert.position.order)
    shown = await show(store, only_open=True, most=most)
    assert shown == [ShownAlert(alert, None, True) for alert in expected]


async def test_an_alert_whose_device_forgot_it_is_neither_open_nor_cleared() -> None:
    """A device that changes its profile begins anew."""
    store = await store_of(raise_alert(100), rig_1=None)
    assert await show(store) == [ShownAlert(raise_alert(100), None, False)]
    assert await show(store, only_open=True) == []


async def test_an_alert_is_open_before_its_device_is_stored() -> None:
    """Alerts are written before the states of devices."""
    store = await store_of(raise_alert(NOW + 5), rig_1=None)
    assert await show(store) == [ShownAlert(raise_alert(NOW + 5), None, True)]


async def test_a_damaged_device_keeps_no_alert_from_being_shown() -> None:
    store = await store_of(raise_alert(100))
    store.containers["devices"]["rig-1", "rig-1"] = '{"id": "rig-1", "deviceId": "rig-1"}'
    assert [alert.raised for alert in await show(store)] == [raise_alert(100)]


async def test_a_site_or_device_that_is_not_there_is_named() -> None:
    store = await store_of(rig_1=None)
    assert await show(store, site_id="north") == []
    with pytest.raises(InvalidRequestError, match="no site 'west'; there are north"):
        await show(store, site_id="west")
    with pytest.raises(NotFoundError, match="no device 'rig-9'"):
        await show(store, device_id="rig-9")


SITES = ["north", "south", "west"]
raisings = st.lists(
    st.tuples(st.integers(NOW, NOW + 9), st.sampled_from(SITES)), max_size=20, unique=True
)


@given(raisings, st.sets(st.sampled_from(SITES)), st.integers(1, 5))
async def test_of_some_sites_every_alert_is_shown_once_and_in_order(
    pairs: Sequence[tuple[int, str]], names: set[str], most: int
) -> None:
    alerts = [raise_alert(t, f"rig-{site}", site) for t, site in pairs]
    store = await store_of(*alerts)
    shown = await show(store, most=most, among=Sites(frozenset(names)))
    wanted = [alert for alert in alerts if alert.site_id in names]
    wanted.sort(key=lambda alert: alert.position.order)
    assert [found.raised for found in shown] == wanted


class CountingStore(FakeStore):
    """Counts the pages of alerts that are asked for."""

    pages = 0

    async def alerts(
        self, site_id: str | None, device_id: str | None, *, before: AlertPosition | None, most: int
    ) -> AlertPage:
        self.pages += 1
        return await super().alerts(site_id, device_id, before=before, most=most)


async def test_alerts_of_a_site_are_not_looked_for_among_those_of_all_others() -> None:
    store = CountingStore()
    await store.save_alerts([raise_alert(NOW + number) for number in range(300)])
    await store.save_alerts([raise_alert(NOW, "rig-2", "south")])
    shown = await show(store, most=1, among=Sites(frozenset({"south"})))
    assert [found.raised.device_id for found in shown] == ["rig-2"]
    assert store.pages == 1


async def silent_store(*names: str) -> FakeStore:
    """A store with devices that were last heard five minutes ago, and the alerts of it."""
    store = FakeStore()
    records = [device_record(name, lastT=HEARD, enqueuedAt=HEARD) for name in names]
    await store.save_devices(records)
    await store.save_alerts([raise_silence(record) for record in records])
    return store


@pytest.mark.parametrize("most", [1, 2, 50])
async def test_silences_are_among_what_is_open(most: int) -> None:
    store = await silent_store("rig-1", "rig-2", "rig-3")
    await store.save_alerts([raise_alert(300, "rig-2")])
    record = device_record("rig-2", lastT=HEARD, enqueuedAt=NOW, alert={"alertId": "x", "t": 300})
    await store.save_devices([replace(record, etag="*")])  # it only sent late readings since
    shown = await show(store, only_open=True, most=most)
    assert [(alert.raised.device_id, alert.raised.cause) for alert in shown] == [
        ("rig-1", "silence"),
        ("rig-2", "silence"),
        ("rig-3", "silence"),
        ("rig-2", "score"),
    ]
    assert all(alert.is_open for alert in shown)


async def test_a_silence_that_is_over_or_was_never_told_is_not_open() -> None:
    store = await silent_store("rig-1", "rig-2")
    heard = device_record("rig-1", lastT=NOW, enqueuedAt=NOW)
    await store.save_devices([replace(heard, etag="*")])
    await store.save_devices([device_record("rig-3", lastT=HEARD, enqueuedAt=HEARD)])
    shown = await show(store, only_open=True)
    assert [alert.raised.device_id for alert in shown] == ["rig-2"]
    silence = shown[0].raised
    await store.save_alerts([clear(silence, NOW)])
    assert await show(store, only_open=True) == []
