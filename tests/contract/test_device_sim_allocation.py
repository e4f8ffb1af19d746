"""Simulated workcells against the hub: what their twins order they run, and say so."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import Twin, TwinProperties

from local.endpoints import Endpoints
from local.processes import ROOT, Child
from tests.contract.iothub_clients import registry
from tests.contract.simulator import device_sim, fates, find_stored, run_simulator
from tests.waiting import wait_until

CELL, OTHER = "obedient-1", "obedient-2"
FLEET = f"""
capacity:
  workcell: {{cpu_pct: 100, energy_w_per_pct: 12.2, response_ms: 22}}
sites:
  - id: works
    buildings:
      - id: hall
        floors:
          - id: ground
            devices:
              workcell: [{CELL}, {OTHER}]
    capabilities:
      vision: [{CELL}]
    tasks:
      inspect-1: {{load_pct: 30, deadline_ms: 200, priority: 2, capability: vision, device: {CELL}}}
      log-1: {{load_pct: 10, device: {CELL}}}
      log-2: {{load_pct: 5, device: {OTHER}}}
"""
SOON_S = 10.0
VERSIONS = itertools.count(1)


@pytest.fixture(scope="module")
def fleet(
    endpoints: Endpoints, iothub: Child, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("fleet") / "fleet.yaml"
    path.write_text(FLEET, encoding="utf-8")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("IOTHUB_CONNECTION", endpoints.iothub_connection)
        environment.setenv("IOTHUB_CA_FILE", iothub.ready["ca"])
        environment.setenv("REQUESTS_CA_BUNDLE", iothub.ready["ca"])
        environment.setenv("PYTHONPATH", str(ROOT / "functions"))
        assert device_sim("provision", "--fleet", str(path)).returncode == 0
        yield path


@pytest.fixture
def hub(endpoints: Endpoints, iothub: Child) -> IoTHubRegistryManager:
    return registry(endpoints, iothub)


@pytest.fixture
def run(fleet: Path, tmp_path: Path) -> Iterator[Child]:
    child = run_simulator(fleet, tmp_path / "out", "--batch", "1")
    yield child
    assert child.stop() == 0


def order(hub: IoTHubRegistryManager, allocation: object, *, device: str = CELL) -> None:
    wanted = TwinProperties(desired={"allocation": allocation})
    hub.update_twin(device, Twin(properties=wanted), "*")


def an_order(version: int, **loads_pct: float) -> dict[str, Any]:
    tasks = [{"id": name, "loadPct": load} for name, load in loads_pct.items()]
    return {"version": version, "tasks": tasks}


def read_reported(hub: IoTHubRegistryManager, device: str = CELL) -> dict[str, Any]:
    found: dict[str, Any] = hub.get_twin(device).properties.reported.get("allocation", {})
    return found


def says(hub: IoTHubRegistryManager, device: str = CELL, **fields: object) -> None:
    """Wait until the device reports these fields of its allocation."""
    wait_until(
        lambda: fields.items() <= read_reported(hub, device).items(),
        within_s=SOON_S,
        what=f"{device} reports {fields}",
    )


def allocations(folder: Path) -> list[dict[str, Any]]:
    whole_lines = (folder / "allocations.jsonl").read_text(encoding="utf-8").rpartition("\n")[0]
    return [json.loads(line) for line in whole_lines.splitlines()]


def test_a_twin_says_what_its_device_can_carry(hub: IoTHubRegistryManager, fleet: Path) -> None:
    assert hub.get_twin(CELL).tags == {
        "siteId": "works",
        "building": "hall",
        "floor": "ground",
        "capacity": {"cpuPct": 100.0, "energyWPerPct": 12.2, "responseMs": 22.0},
        "capabilities": ["vision"],
    }
    assert hub.get_twin(OTHER).tags["capabilities"] == []


def test_a_device_without_an_order_reports_what_it_runs(
    hub: IoTHubRegistryManager, run: Child
) -> None:
    says(hub, OTHER, version=0, tasks=["log-2"])
    assert abs(read_reported(hub, OTHER)["at"] - time.time() * 1000) < 60_000


def test_an_order_is_obeyed_and_confirmed(
    hub: IoTHubRegistryManager, run: Child, tmp_path: Path
) -> None:
    version = next(VERSIONS)
    wait_until(lambda: bool(fates(tmp_path / "out")), what="the first reading")
    order(hub, an_order(version, **{"log-1": 10.0, "log-2": 5.0}))
    says(hub, version=version, tasks=["log-1", "log-2"])
    at = read_reported(hub)["at"]
    assert allocations(tmp_path / "out")[-1] == {
        "device": CELL, "at": at, "version": version, "tasks": ["log-1", "log-2"],
    }  # fmt: skip


def test_an_order_given_while_the_device_was_away_is_what_it_begins_with(
    hub: IoTHubRegistryManager, fleet: Path, tmp_path: Path
) -> None:
    version = next(VERSIONS)
    order(hub, an_order(version, weld=20.0))
    child = run_simulator(fleet, tmp_path / "out", "--batch", "1")
    try:
        says(hub, version=version, tasks=["weld"])
    finally:
        child.stop()
    (first,) = [line for line in allocations(tmp_path / "out") if line["device"] == CELL]
    assert first["version"] == version


def test_what_is_no_order_is_refused_until_there_is_one(
    hub: IoTHubRegistryManager, run: Child, tmp_path: Path
) -> None:
    version, after = next(VERSIONS), next(VERSIONS)
    order(hub, an_order(version, weld=20.0))
    says(hub, version=version)
    order(hub, an_order(0, weld=20.0))
    says(hub, version=version, refused={"version": 0, "reason": "malformed"})
    order(hub, an_order(after, weld=20.0))
    says(hub, version=after)
    assert "refused" not in read_reported(hub)
    order(hub, an_order(version, path=10.0))
    says(hub, version=after, refused={"version": version, "reason": "stale"})
    refused = [
        line["refused"]["reason"] for line in allocations(tmp_path / "out") if "refused" in line
    ]
    assert refused == ["malformed", "stale"]
    order(hub, an_order(next(VERSIONS)))


def test_an_order_is_obeyed_after_the_hub_was_away(
    hub: IoTHubRegistryManager, iothub: Child, run: Child, tmp_path: Path
) -> None:
    before, after = next(VERSIONS), next(VERSIONS)
    order(hub, an_order(before, weld=20.0))
    says(hub, version=before)
    iothub.kill()
    wait_until(lambda: "messages wait" in run.quote_log(), within_s=30)
    iothub.start()
    order(hub, an_order(after, path=10.0))
    says(hub, version=after, tasks=["path"])
    patched = next(VERSIONS)
    order(hub, an_order(patched, weld=20.0))
    says(hub, version=patched, tasks=["weld"])
    versions = [line["version"] for line in allocations(tmp_path / "out") if line["device"] == CELL]
    assert versions[-3:] == [before, after, patched]
    wait_until(lambda: "every device delivers again" in run.quote_log(), within_s=15)


def test_an_order_changes_what_the_device_measures(
    endpoints: Endpoints, hub: IoTHubRegistryManager, run: Child, tmp_path: Path
) -> None:
    order(hub, an_order(1, weld=85.0), device=OTHER)
    says(hub, OTHER, version=1)
    at = read_reported(hub, OTHER)["at"]

    def later() -> list[str]:
        sent = [fate for fate in fates(tmp_path / "out") if fate["device"] == OTHER]
        return [fate["message_id"] for fate in sent if fate["t"][0] > at + 5000]

    wait_until(lambda: bool(later()), within_s=SOON_S, what="readings after the order")
    event = find_stored(endpoints, {later()[0]})[later()[0]]
    # From 14 % towards 94 % with a lag of 10 s.
    (cpu_pct,) = event.body_as_json()["channels"]["cpu_pct"]
    assert cpu_pct > 35.0
