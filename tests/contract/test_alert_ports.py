"""Alerts are listed page by page the same in every database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.ports import Store
from tocsin.domain.alerts.alert import Alert, AlertPosition
from tocsin.domain.calling.scoring import Change


def alert(t: int, change: Change = "raised", *, device_id: str = "rig-1") -> Alert:
    return Alert(
        change=change,
        alert_id=f"{device_id}-{t}",
        device_id=device_id,
        site_id="south" if device_id.startswith("south") else "north",
        profile="rig",
        t=t,
        score=None if change == "cleared" else 11.5,
        threshold=10.0,
        cause=None if change == "cleared" else "score",
        contributions={"speed_rpm": 0.25, "heat_c": 0.75},
        sensors={"heat_c": "stuck"},
        model_version="1-a",
        enqueued_at=t + 40,
    )


async def test_past_alerts_are_the_newest_of_a_device_oldest_first(store: Store) -> None:
    await store.save_alerts([alert(30), alert(10), alert(20, "cleared"), alert(40)])
    await store.save_alerts([alert(25, device_id="rig-2")])
    found = await store.past_alerts("rig-1", from_t=0, to_t=99, most=9)
    assert found == [alert(10), alert(20, "cleared"), alert(30), alert(40)]
    assert await store.past_alerts("rig-1", from_t=0, to_t=99, most=2) == [alert(30), alert(40)]
    assert await store.past_alerts("rig-1", from_t=20, to_t=30, most=9) == [
        alert(20, "cleared"),
        alert(30),
    ]
    assert await store.past_alerts("rig-3", from_t=0, to_t=99, most=9) == []


async def pages(
    store: Store, most: int, site_id: str | None = None, device_id: str | None = None
) -> list[list[Alert]]:
    """All pages of *most* alerts; between two of them a newer alert is raised."""
    found: list[list[Alert]] = []
    position, newer = None, 1_000
    while True:
        page = await store.alerts(site_id, device_id, before=position, most=most)
        found.append(list(page.alerts))
        position = page.older
        if position is None:
            return found
        assert AlertPosition.from_text(position.to_text()) == position
        await store.save_alerts([alert(newer)])
        newer += 1


async def test_alerts_are_listed_newest_first_by_site_and_by_device(store: Store) -> None:
    nothing = await store.alerts(None, None, before=None, most=9)
    assert (nothing.alerts, nothing.older) == ((), None)
    old, new, south = alert(10), alert(30, "cleared"), alert(20, device_id="south-1")
    await store.save_alerts([new, old, south])
    assert await pages(store, 9) == [[new, south, old]]
    assert await pages(store, 9, "north") == [[new, old]]
    assert await pages(store, 9, "south") == [[south]]
    assert await pages(store, 9, None, "south-1") == [[south]]
    assert await pages(store, 9, "north", "south-1") == [[]]
    assert await pages(store, 9, "west", "../x?") == [[]]


@pytest.mark.parametrize("most", [1, 2, 3, 4, 7, 8, 20])
async def test_every_alert_is_on_one_page_though_newer_ones_come_meanwhile(
    store: Store, most: int
) -> None:
    every = [alert(50), *(alert(40, device_id=f"rig-{n}") for n in range(1, 6)), alert(30),
             alert(20, "cleared"), alert(20), alert(20, device_id="rig-2"), alert(10)]  # fmt: skip
    await store.save_alerts(every[::-1])
    found = await pages(store, most)
    assert [alert for page in found for alert in page] == every
    assert all(len(page) == most for page in found[:-1])


async def test_changes_of_an_alert_are_found_by_its_id(store: Store) -> None:
    raised, other = alert(10), alert(10, device_id="rig-2")
    cleared = replace(alert(30, "cleared"), alert_id=raised.alert_id)
    await store.save_alerts([raised, cleared, other, alert(40)])
    found = await store.alert_changes([raised.alert_id, other.alert_id, "rig-3-1"])
    assert sorted(found, key=lambda change: change.position.order) == [cleared, raised, other]
    assert await store.alert_changes([]) == []
