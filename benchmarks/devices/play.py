"""Play the trials through a stack: devices send by the SDK, and the API is asked."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from benchmarks.devices.judge import Heard
from benchmarks.devices.trial import Trial
from device_sim.clock import now_ms
from device_sim.hub.addresses import hub_from_environment
from device_sim.hub.message import Composer
from device_sim.hub.registry import Enrolment, HubRegistry, device_keys, provision_devices
from device_sim.hub.sdk_link import HubLink, make_links, silence_sdk
from local.operate import call_api, change_setting
from local.prepare import PreparationError
from local.stack import Stack

SITE = "lab"
WITHIN_S = 120.0  # until all is stored
LATE_S = 240.0  # until what came late is judged: it waits for two minutes, and for its turn
POLL_S = 0.5
CHART_MS = 7_000_000  # of its end, that is shown reading by reading
MOST_POINTS = 5_000


def play(stack: Stack, trials: Sequence[Trial]) -> list[tuple[Trial, Heard]]:
    """Send every trial at once, and ask of each; with it the trial as it was sent in the end.

    Raises TimeoutError where one is not stored.
    """
    silence_sdk()
    settings = stack.list_device_settings()
    hub = hub_from_environment(settings)
    names = [trial.device for trial in trials]
    with _trust(settings):
        registry = HubRegistry(hub)
        provision_devices(registry, [Enrolment(name, {"siteId": SITE}) for name in names])
        keys = device_keys(registry, names)
    for trial in trials:
        if trial.limits:
            patch = {"profiles": {trial.profile.name: trial.limits}}
            change_setting(stack.url, "limits", SITE, patch)
    sent = asyncio.run(_send_all(trials, make_links(hub, keys), stack.url))
    return [(trial, _hear(stack.url, trial)) for trial in sent]


@contextmanager
def _trust(settings: Mapping[str, str]) -> Iterator[None]:
    """Have the client of the registry trust the hub's certificate, which it finds by itself."""
    name = "REQUESTS_CA_BUNDLE"
    before = os.environ.get(name)
    os.environ[name] = settings[name]
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


async def _send_all(trials: Sequence[Trial], links: Mapping[str, HubLink], url: str) -> list[Trial]:
    return await asyncio.gather(*(_send(trial, links[trial.device], url) for trial in trials))


async def _send(trial: Trial, link: HubLink, url: str) -> Trial:
    late_ms = 0
    composer = Composer(trial.device, trial.profile.name, trial.profile.channel_names, "trial")
    await link.connect()
    try:
        for batch in trial.batches:
            if batch.wait_s:
                await asyncio.sleep(batch.wait_s)
                late_ms = now_ms() - int(batch.t[-1])
            t = (batch.t + late_ms).tolist()
            await link.send(composer.compose(t, batch.values.tolist(), produced_at=now_ms()))
            if t[-1] == trial.newest_t:
                # In one batch with what follows it would be sorted, and nothing would be late.
                await asyncio.to_thread(_wait_stored, url, trial.device, t[-1])
    finally:
        await link.close()
    return trial.send_later(late_ms)


def _hear(url: str, trial: Trial) -> Heard:
    name, last_t = trial.device, trial.last_t
    _wait_stored(url, name, last_t)
    deadline = time.monotonic() + LATE_S
    while trial.newest_t is not None and not any(each["late"] for each in _list(url, name)):
        if time.monotonic() > deadline:
            break  # what is missing is judged
        time.sleep(POLL_S)
    range_ = {"from": last_t - CHART_MS, "to": last_t, "max": MOST_POINTS}
    what = f"{name} is not told"
    return Heard(
        _list(url, name),
        call_api(url, "GET", f"devices/{name}", what=what),
        call_api(url, "GET", f"devices/{name}/readings?{urlencode(range_)}", what=what),
    )


def _wait_stored(url: str, name: str, t: int) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not _is_stored(url, name, t):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the reading of {name} at {t} is not stored after {WITHIN_S:.0f} s")
        time.sleep(POLL_S)


def _list(url: str, name: str) -> Sequence[Mapping[str, Any]]:
    path = f"alerts?{urlencode({'device': name, 'max': 200})}"
    alerts: Sequence[Mapping[str, Any]] = call_api(
        url, "GET", path, what=f"the alerts of {name} are not told"
    )["alerts"]
    return alerts


def _is_stored(url: str, name: str, last_t: int) -> bool:
    path = f"devices/{name}/readings?{urlencode({'from': last_t - 1, 'to': last_t})}"
    try:
        return bool(call_api(url, "GET", path, what=f"{name} is not told")["readings"])
    except PreparationError:
        return False  # it has not reported yet
