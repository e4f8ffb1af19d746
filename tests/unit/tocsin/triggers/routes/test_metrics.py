"""``GET metrics``: what a monitoring system reads."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from dataclasses import replace

import azure.functions as func
import pytest

from tests.fakes.messages import NOW
from tests.fakes.records import device_record
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.triggers.http_calls import VIEWER
from tocsin.domain.access.people import Sites
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.insights.metrics import write_exposition
from tocsin.usecases.health.check_health import HealthReport
from tocsin.usecases.health.gather_metrics import SILENT_S, gather_metrics

WELL = HealthReport("healthy", True, (), 0, 0, 0)


def add(plant: Plant, record: DeviceRecord) -> None:
    plant.store.containers["devices"][record.device_id, record.device_id] = json.dumps(
        record.to_document()
    )


async def scrape(plant: Plant) -> func.HttpResponse:
    request = func.HttpRequest(
        method="GET",
        url="https://tocsin.example/api/metrics",
        headers={"X-MS-CLIENT-PRINCIPAL": VIEWER},
        body=b"",
    )
    answer: func.HttpResponse = await functions_of(plant.services())["metrics"](request)
    return answer


async def gather(
    plant: Plant, report: HealthReport = WELL, sites: Sites | None = None
) -> dict[str, float]:
    """Each sample's value by its name with labels."""
    services = plant.services()
    gauges = await gather_metrics(
        report,
        fleet=services.fleet,
        models=services.models,
        profiles=services.profiles.values(),
        seen=sites or Sites(),
        now_ms=NOW,
    )
    lines = write_exposition(gauges).decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


@pytest.fixture
def plant() -> Plant:
    plant = Plant()
    record = device_record("rig-1")
    add(plant, replace(record, site_id="north", enqueued_at=NOW - 2_000))
    add(plant, replace(record, device_id="rig-2", site_id="north", enqueued_at=NOW - 9_000))
    late = NOW - (SILENT_S + 1) * 1_000
    add(plant, replace(record, device_id="rig-3", site_id='so"uth', enqueued_at=late))
    return plant


async def test_devices_are_counted_by_what_they_do(plant: Plant) -> None:
    found = await gather(plant)
    counts = {name: value for name, value in found.items() if name.startswith("tocsin_devices")}
    assert len(counts) == 2
    assert counts['tocsin_devices{site="north",profile="rig",state="normal"}'] == 2
    assert counts['tocsin_devices{site="so\\"uth",profile="rig",state="silent"}'] == 1
    assert found['tocsin_newest_message_age_seconds{site="north"}'] == 2


async def test_sites_that_are_kept_from_the_caller_are_left_out(plant: Plant) -> None:
    found = await gather(plant, sites=Sites(frozenset({"north"})))
    assert any('site="north"' in name for name in found)
    assert not any("uth" in name for name in found)


async def test_what_is_not_known_is_absent_and_not_zero(plant: Plant) -> None:
    found = await gather(plant, HealthReport("unhealthy", False, ("away",)))
    assert found["tocsin_database_up"] == 0
    assert found['tocsin_status{state="unhealthy"}'] == 1
    assert found['tocsin_status{state="healthy"}'] == 0
    absent = ("tocsin_oldest", "tocsin_dead_letters", "tocsin_devices", "tocsin_newest")
    assert not any(name.startswith(absent) for name in found)


async def test_each_profile_says_which_bundle_scores(plant: Plant) -> None:
    found = await gather(plant)
    assert any(name.startswith('tocsin_model_info{profile="rig",version=') for name in found)
    assert found['tocsin_model_refused{profile="rig"}'] == 0


async def test_it_is_answered_as_prometheus_reads_it(plant: Plant) -> None:
    answer = await scrape(plant)
    assert answer.status_code == 200
    assert (answer.mimetype, answer.charset) == ("text/plain; version=0.0.4", "utf-8")
    text = answer.get_body().decode()
    assert re.search(r'^tocsin_status\{state="healthy"\} 1$', text, flags=re.MULTILINE)
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("the text itself was not checked: there is no promtool (Debian: prometheus)")
    checked = await asyncio.to_thread(check_metrics, promtool, text)
    assert checked == (0, "")


def check_metrics(promtool: str, text: str) -> tuple[int, str]:
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr
