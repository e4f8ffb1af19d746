"""Operators change a site's settings: checked, on the record, never one over the other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.messages import NOW, PROFILES
from tests.fakes.sites import Workshop
from tests.unit.tocsin.workshops import PLACES, SITE, heard, run, set_content, state, workshop
from tocsin.domain.errors import (
    ChangedMeanwhileError,
    HubAwayError,
    InvalidProblemError,
    InvalidRequestError,
)
from tocsin.domain.settings.site_settings import KINDS, Entry, Kind, StoredSetting, revise
from tocsin.domain.sites import UNASSIGNED_SITE
from tocsin.usecases.settings.change_setting import change_setting, show_setting


@pytest.fixture
async def shop() -> Workshop:
    return await workshop()


async def change(shop: Workshop, kind: Kind, patch: dict[str, Any]) -> dict[str, Any]:
    return await change_at(SITE, shop, kind, patch)


async def change_at(
    site_id: str, shop: Workshop, kind: Kind, patch: dict[str, Any]
) -> dict[str, Any]:
    return await change_setting(
        kind,
        site_id,
        patch,
        operator="grace",
        sources=shop.sources,
        profiles=PROFILES,
        requests=shop.requests,
        live=shop.live,
        now_ms=shop.clock,
    )


async def test_what_is_left_out_stays_and_defaults_are_shown(shop: Workshop) -> None:
    assert (await show_setting("optimiser", SITE, shop.sites))["paused"] is False
    await change(shop, "optimiser", {"limits": {"maxMigrations": 4, "reserve": 0.2}})
    shown = await change(shop, "optimiser", {"paused": True, "limits": {"reserve": None}})
    assert (shown["paused"], shown["limits"]["maxMigrations"]) == (True, 4)
    assert shown["limits"]["reserve"] == 0.15
    assert (shown["setBy"], shown["setAt"]) == ("grace", NOW)
    assert shown == await show_setting("optimiser", SITE, shop.sites)


def contents(shop: Workshop) -> list[tuple[Any, Any]]:
    """Of every record: what was set before, and after."""
    return [
        (record["before"] and record["before"]["content"], record["after"]["content"])
        for record in shop.sites.audit
    ]


PAUSED, RESUMED = {"paused": True}, {"paused": False}


async def test_each_change_is_on_the_record(shop: Workshop) -> None:
    await change(shop, "optimiser", PAUSED)
    shop.clock.pass_s(1)
    await change(shop, "optimiser", RESUMED)
    assert contents(shop) == [(None, PAUSED), (PAUSED, RESUMED)]
    first, second = shop.sites.audit
    assert (first["type"], first["siteId"], first["by"], first["at"]) == (
        "optimiser",
        SITE,
        "grace",
        NOW,
    )
    assert second["before"] == first["after"] == {"content": PAUSED, "setBy": "grace", "setAt": NOW}


async def test_changes_of_one_millisecond_are_each_on_the_record(shop: Workshop) -> None:
    await change(shop, "optimiser", PAUSED)
    await change(shop, "optimiser", RESUMED)
    assert contents(shop) == [(None, PAUSED), (PAUSED, RESUMED)]


async def test_a_change_that_met_another_is_recorded_once_with_what_it_replaced(
    shop: Workshop,
) -> None:
    other = revise(None, "optimiser", SITE, Entry({"silentAfterS": 9}, "ada", NOW))
    shop.sites.meanwhile.append(other)
    await change(shop, "optimiser", PAUSED)
    both = {"silentAfterS": 9, "paused": True}
    assert contents(shop) == [(None, {"silentAfterS": 9}), ({"silentAfterS": 9}, both)]
    assert [record["by"] for record in shop.sites.audit] == ["ada", "grace"]


async def test_a_change_whose_process_ended_before_its_record_is_recorded_by_the_next(
    shop: Workshop,
) -> None:
    shop.sites.audit_away = True
    with pytest.raises(OSError, match="ended here"):
        await change(shop, "optimiser", PAUSED)
    assert contents(shop) == []
    assert (await show_setting("optimiser", SITE, shop.sites))["paused"] is True
    shop.sites.audit_away = False
    await change(shop, "optimiser", RESUMED)
    assert contents(shop) == [(None, PAUSED), (PAUSED, RESUMED)]


async def test_a_setting_of_an_older_version_is_on_the_record_already(shop: Workshop) -> None:
    old = StoredSetting("optimiser", SITE, Entry(PAUSED, "ada", NOW))
    await shop.sites.replace_setting(old)
    await change(shop, "optimiser", RESUMED)
    assert contents(shop) == [(PAUSED, RESUMED)]


async def test_no_change_is_made_before_the_one_it_replaces_is_on_the_record(
    shop: Workshop,
) -> None:
    shop.sites.audit_away = True
    for patch in (PAUSED, RESUMED):
        with pytest.raises(OSError, match="ended here"):
            await change(shop, "optimiser", patch)
    assert (await show_setting("optimiser", SITE, shop.sites))["paused"] is True


async def test_a_change_is_shown_and_asks_for_a_run(shop: Workshop) -> None:
    await change(shop, "overrides", {"drained": {"cell-1": True}})
    ((site, message),) = shop.live.sent
    assert (site, message["type"], message["kind"]) == (SITE, "settings", "overrides")
    assert message["setting"]["drained"] == {"cell-1": True}
    ((request, _),) = shop.requests.queue
    assert (request["kind"], request["text"]) == ("settings", "grace changed the overrides")


async def test_those_who_watch_see_it_though_the_queue_is_away(shop: Workshop) -> None:
    shop.requests.away = True
    await change(shop, "optimiser", {"paused": True})
    assert [message["type"] for _, message in shop.live.sent] == ["settings"]


async def test_it_is_in_force_though_it_cannot_be_announced(shop: Workshop) -> None:
    shop.live.away = shop.requests.away = True
    assert (await change(shop, "optimiser", {"paused": True}))["paused"] is True


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ({"pins": {"nothing": "cell-1"}}, "there is no task 'nothing'"),
        ({"pins": {"a1": "cell-9"}}, "there is no device 'cell-9'"),
        ({"drained": {"pump-1": True}}, "there is no device 'pump-1' that runs tasks"),
        ({"forbidden": {"a1": {"cell-9": True}}}, "there is no device 'cell-9'"),
        ({"pin": {}}, "'pin' is unknown"),
    ],
)
async def test_an_override_names_what_is_there(
    shop: Workshop, patch: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidProblemError, match=said):
        await change(shop, "overrides", patch)
    assert shop.sites.audit == []
    assert await shop.sites.find_setting("overrides", SITE) is None


async def test_an_override_that_has_become_stale_is_no_obstacle(shop: Workshop) -> None:
    await set_content(shop, "overrides", {"pins": {"gone": "cell-1"}})
    shown = await change(shop, "overrides", {"drained": {"cell-2": True}})
    assert shown["pins"] == {"gone": "cell-1"}
    assert (await change(shop, "overrides", {"pins": {"gone": None}}))["pins"] == {}


async def test_tasks_come_and_go_one_by_one(shop: Workshop) -> None:
    shown = await change(shop, "tasks", {"tasks": {"new": {"loadPct": 5}, "a1": None}})
    assert set(shown["tasks"]) == {*PLACES, "new"} - {"a1"}
    with pytest.raises(InvalidProblemError, match="task 'new': loadPct is -1"):
        await change(shop, "tasks", {"tasks": {"new": {"loadPct": -1}}})


async def test_a_site_that_nobody_stands_at_is_refused(shop: Workshop) -> None:
    with pytest.raises(InvalidRequestError, match="no device is tagged with the site 'nroth'"):
        await change_at("nroth", shop, "optimiser", {})


async def test_a_pause_needs_the_database_alone(shop: Workshop) -> None:
    shop.twins.away = {"everyone"}
    assert (await change(shop, "optimiser", {"paused": True}))["paused"] is True
    shown = await change(shop, "tasks", {"tasks": {"a1": None}})
    assert shown["tasks"].keys() == PLACES.keys() - {"a1"}
    assert (await change(shop, "overrides", {"drained": {}}))["drained"] == {}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_site_is_known_by_any_setting_though_no_device_was_heard(
    shop: Workshop, kind: Kind
) -> None:
    shop.store.containers["devices"].clear()
    shop.sites.set.clear()
    await set_content(shop, kind, {})
    shop.twins.away = {"everyone"}
    assert (await change(shop, "optimiser", {"paused": True}))["paused"] is True


async def test_a_site_is_known_by_its_devices_though_nothing_was_set(shop: Workshop) -> None:
    shop.sites.set.clear()
    shop.twins.away = {"everyone"}
    assert (await change(shop, "optimiser", {"paused": True}))["paused"] is True


async def test_a_site_that_only_the_hub_can_know_says_that_the_hub_is_away(shop: Workshop) -> None:
    shop.twins.away = {"everyone"}
    with pytest.raises(HubAwayError, match=r"IoT Hub does not answer.*'south'"):
        await change_at("south", shop, "optimiser", {"paused": True})
    assert shop.sites.audit == []


async def test_where_devices_without_a_site_are_kept_is_no_site(shop: Workshop) -> None:
    lost = state("cell-9", NOW, siteId=UNASSIGNED_SITE)
    await shop.store.save_devices([lost])
    with pytest.raises(InvalidRequestError, match="no device is tagged"):
        await change_at(UNASSIGNED_SITE, shop, "optimiser", {})


async def test_devices_that_were_planned_with_are_known_without_the_hub(shop: Workshop) -> None:
    await run(shop)
    shop.store.containers["devices"].clear()
    shop.twins.away = {"everyone"}
    shown = await change(shop, "overrides", {"pins": {"a1": "cell-3"}, "drained": {"cell-2": True}})
    assert (shown["pins"], shown["drained"]) == ({"a1": "cell-3"}, {"cell-2": True})


async def test_devices_that_were_heard_are_known_while_the_hub_is_away(shop: Workshop) -> None:
    shop.twins.away = {"everyone"}
    assert (await change(shop, "overrides", {"drained": {"cell-1": True}}))["drained"]


async def test_a_device_that_only_the_hub_can_know_says_that_the_hub_is_away(
    shop: Workshop,
) -> None:
    shop.twins.away = {"everyone"}
    with pytest.raises(HubAwayError, match=r"IoT Hub does not answer.*'cell-9'"):
        await change(shop, "overrides", {"drained": {"cell-1": True, "cell-9": True}})


async def test_a_device_that_sends_readings_but_runs_no_tasks_is_refused(shop: Workshop) -> None:
    await heard(shop, "pump-1")
    with pytest.raises(InvalidProblemError, match="no device 'pump-1' that runs tasks"):
        await change(shop, "overrides", {"drained": {"pump-1": True}})


async def test_a_patch_nested_without_end_is_refused(shop: Workshop) -> None:
    patch: dict[str, Any] = {}
    for _ in range(20):
        patch = {"limits": patch}
    with pytest.raises(InvalidRequestError, match="nested deeper"):
        await change(shop, "optimiser", patch)


async def test_of_two_operators_at_once_neither_is_overwritten(shop: Workshop) -> None:
    other = revise(None, "overrides", SITE, Entry({"pins": {"a1": "cell-2"}}, "ada", 1))
    shop.sites.meanwhile.append(other)
    shown = await change(shop, "overrides", {"pins": {"b1": "cell-3"}})
    assert shown["pins"] == {"a1": "cell-2", "b1": "cell-3"}


async def test_someone_who_never_stops_changing_it_is_reported(shop: Workshop) -> None:
    class Restless(list[Any]):
        def __bool__(self) -> bool:
            return True

        def pop(self, *_: Any) -> Any:  # noqa: ANN401 (as a list's)
            raise ChangedMeanwhileError("again")

    shop.sites.meanwhile = Restless()
    with pytest.raises(ChangedMeanwhileError):
        await change(shop, "optimiser", {"paused": True})
    assert shop.sites.audit == [], "nothing was changed"
