"""How a fleet is split, and that it stays the same fleet."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace

import pytest

from device_sim.devices.settings import RunSettings
from device_sim.devices.simulation import make_producers
from device_sim.errors import UsageError
from device_sim.fleet.growth import load_sized_fleet
from device_sim.fleet.roster import DEFAULT_FLEET
from device_sim.session.conduct import Limits
from device_sim.session.dispatch import Dispatch
from device_sim.session.log import RunLog
from device_sim.session.sink import NoSink
from device_sim.session.truth import Truth
from device_sim.shares.share import DEVICES_A_PROCESS, Share, parse_share, split_fleet
from tests.fakes.device_link import FakeLink
from tocsin.profiles import load_profiles

FLEET = load_sized_fleet(DEFAULT_FLEET, load_profiles(), 12)
START_MS = 1_795_332_000_000
SETTINGS = RunSettings(
    fleet=FLEET.devices,
    tasks=FLEET.tasks,
    seed=7,
    faults="1000",
    speed=300.0,
    batch=5,
    history_s=20,
    store=1_000,
    limits=Limits(0.5, 5.0),
    log=None,
)
MESSAGES = 6  # of each device: history first, then live ones, some of them with faults


async def run_share(share: Share, settings: RunSettings) -> dict[str, list[bytes]]:
    """The first messages of each device of *share*, worked by themselves."""
    names = share.take([device.device for device in settings.fleet])
    links = {name: FakeLink() for name in names}
    log = RunLog(NoSink())
    dispatch = Dispatch(links, store=settings.store, log=log)
    dispatch.start()
    stop = asyncio.Event()
    producers = make_producers(
        settings, dispatch, links, start_ms=START_MS, log=log, truth=Truth(log)
    )
    working = [asyncio.create_task(produce(stop)) for produce in producers]
    async with asyncio.timeout(30):
        await asyncio.gather(*(link.until_attempts(MESSAGES) for link in links.values()))
    stop.set()
    await asyncio.gather(*working)
    await dispatch.close()
    return {
        name: [message.body for message in link.sent[:MESSAGES]] for name, link in links.items()
    }


async def run_split(of: int, settings: RunSettings) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for number in range(1, of + 1):
        found |= await run_share(Share(number, of), settings)
    return found


async def test_one_seed_makes_the_same_fleet_however_it_is_split() -> None:
    whole = await run_split(1, SETTINGS)
    assert whole.keys() == {device.device for device in FLEET.devices}
    assert await run_split(3, SETTINGS) == whole
    assert await run_split(1, replace(SETTINGS, seed=8)) != whole


@pytest.mark.parametrize("devices", [1, DEVICES_A_PROCESS, DEVICES_A_PROCESS + 1, 1_000])
def test_each_device_is_in_one_share_of_bounded_size(devices: int) -> None:
    everyone = list(range(devices))
    taken = [share.take(everyone) for share in split_fleet(devices)]
    assert sorted(device for part in taken for device in part) == everyone
    assert all(0 < len(part) <= DEVICES_A_PROCESS for part in taken)
    assert max(map(len, taken)) - min(map(len, taken)) <= 1


@pytest.mark.parametrize("processes", [3, 1_001])
def test_too_few_or_too_many_processes_are_refused(processes: int) -> None:
    assert len(split_fleet(1_000, 4)) == 4
    with pytest.raises(UsageError, match="1000 devices need 4 to 1000"):
        split_fleet(1_000, processes)


def test_a_share_stays_below_what_select_can_wait_for() -> None:
    assert 3 * DEVICES_A_PROCESS + 100 < 1_024


def test_a_share_is_written_as_it_is_read() -> None:
    assert parse_share(str(Share(2, 4))) == Share(2, 4)
    for text in ("0/4", "5/4", "2", "a/b", "2/4/6"):
        with pytest.raises(argparse.ArgumentTypeError, match="is no share"):
            parse_share(text)
