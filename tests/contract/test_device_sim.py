"""The simulator against the hub: nothing is lost, and what is not delivered is said."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from azure.iot.hub import IoTHubRegistryManager

from device_sim.recordings.layout import SKAB_COLUMNS
from local.endpoints import Endpoints
from local.processes import ROOT, Child
from local.report.processes import measure_usage
from tests.contract.simulator import device_sim, fates, find_stored, run_simulator, summary
from tests.waiting import wait_until

SITE = "test-site"
DEVICES = ["sim-pump-1", "sim-motor-1", "sim-thermal-1", "sim-environment-1"]
FLEET = f"""
sites:
  - id: {SITE}
    buildings:
      - id: hall
        floors:
          - id: ground
            devices:
              pump: [sim-pump-1]
              motor: [sim-motor-1]
              thermal: [sim-thermal-1]
              environment: [sim-environment-1]
"""


@pytest.fixture(scope="module")
def env(
    endpoints: Endpoints, iothub: Child, monkeypatch_module: pytest.MonkeyPatch
) -> dict[str, str]:
    settings = {
        "IOTHUB_CONNECTION": endpoints.iothub_connection,
        "IOTHUB_CA_FILE": iothub.ready["ca"],
        "REQUESTS_CA_BUNDLE": iothub.ready["ca"],
        "PYTHONPATH": str(ROOT / "functions"),
    }
    for name, value in settings.items():
        monkeypatch_module.setenv(name, value)
    return settings


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, env: dict[str, str]) -> Path:
    path = tmp_path_factory.mktemp("fleet") / "fleet.yaml"
    path.write_text(FLEET, encoding="utf-8")
    assert device_sim("provision", "--fleet", str(path)).returncode == 0
    return path


def test_registering_twice_changes_no_key(endpoints: Endpoints, fleet: Path) -> None:
    registry = IoTHubRegistryManager.from_connection_string(endpoints.iothub_connection)
    key = registry.get_device(DEVICES[0]).authentication.symmetric_key.primary_key
    again = device_sim("provision", "--fleet", str(fleet))
    assert again.returncode == 0
    assert "0 registered, 4 were already" in again.stderr
    assert registry.get_device(DEVICES[0]).authentication.symmetric_key.primary_key == key
    tags = registry.get_twin(DEVICES[0]).tags
    assert tags == {"siteId": SITE, "building": "hall", "floor": "ground"}


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_hub_killed_in_the_middle_loses_nothing(
    endpoints: Endpoints, iothub: Child, fleet: Path, tmp_path: Path, processes: str
) -> None:
    folder = tmp_path / "out"
    flags = ("--batch", "1", "--history", "120", "--faults", "demo", "--processes", processes)
    run = run_simulator(fleet, folder, *flags)
    try:
        assert run.ready == {"ready": True, "devices": 4}
        wait_until(lambda: len(fates(folder)) > 12, within_s=30)
        iothub.kill()
        wait_until(lambda: "messages wait" in run.quote_log(), within_s=30)
        iothub.start()
        wait_until(lambda: "every device delivers again" in run.quote_log(), within_s=15)
        known = len(fates(folder))
        wait_until(lambda: len(fates(folder)) > known + 8, within_s=30)
    finally:
        code = run.stop()
    assert code == 0
    found = fates(folder)
    assert {fate["state"] for fate in found} == {"sent"}
    assert summary(folder)["messages"] == summary(folder)["sent"] == len(found)
    assert summary(folder)["finished"] is True
    for device in DEVICES:
        assert [fate["seq"] for fate in found if fate["device"] == device] == list(
            range(sum(fate["device"] == device for fate in found))
        )
    events = find_stored(endpoints, {fate["message_id"] for fate in found})
    for fate in found:
        body = json.loads(events[fate["message_id"]].body_as_str())
        assert (body["seq"], body["t"], body["profile"]) == (
            fate["seq"],
            fate["t"],
            fate["profile"],
        )


def test_messages_carry_type_and_creation_time(
    endpoints: Endpoints, fleet: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    run = run_simulator(fleet, folder, "--duration", "1.5", "--batch", "1", "--devices", "1")
    assert run.wait(within_s=30) == 0
    (first, *_) = fates(folder)
    event = find_stored(endpoints, {first["message_id"]})[first["message_id"]]
    assert event.content_type == "application/json"
    assert event.raw_amqp_message.properties is not None
    assert text(event.raw_amqp_message.properties.content_encoding) == "utf-8"
    properties: dict[str, Any] = {}
    for named in (event.system_properties, event.properties or {}):
        properties.update({text(name): value for name, value in named.items()})
    assert text(properties["iothub-connection-device-id"]) == first["device"]
    created = datetime.fromisoformat(text(properties["iothub-creation-time-utc"]))
    assert round(created.timestamp() * 1000) == first["produced_at"]


def text(value: str | bytes | None) -> str:
    """The Event Hubs SDK gives some strings as bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_what_overflows_or_stays_unsent_is_counted(
    iothub: Child, fleet: Path, tmp_path: Path, processes: str
) -> None:
    folder = tmp_path / "out"
    flags = ("--batch", "1", "--store", "2", "--drain", "0.5", "--processes", processes)
    run = run_simulator(fleet, folder, *flags)
    try:
        wait_until(lambda: len(fates(folder)) > 4, within_s=30)
        iothub.kill()
        wait_until(
            lambda: any(fate["state"] == "overflowed" for fate in fates(folder)), within_s=30
        )
        code = run.stop()
        refused = device_sim("provision", "--device", "d-1", "--site", SITE)
    finally:
        run.stop()
        iothub.start()
    assert code == 3
    states = [fate["state"] for fate in fates(folder)]
    counts = summary(folder)
    assert counts["overflowed"] == states.count("overflowed") > 0
    assert counts["unsent"] == states.count("unsent") > 0
    assert counts["messages"] == len(states)
    assert all(fate["acked_at"] is None for fate in fates(folder) if fate["state"] != "sent")
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "the device registry cannot be used" in refused.stderr


def test_a_process_that_dies_fails_the_run_and_the_others_deliver(
    iothub: Child, fleet: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    run = run_simulator(fleet, folder, "--batch", "1", "--processes", "2")
    try:
        wait_until(lambda: len({fate["device"] for fate in fates(folder)}) == 4, within_s=30)
        os.kill(list_shares(run)[1], signal.SIGKILL)
        assert run.wait(within_s=30) == 1
    finally:
        run.stop()
    assert "process 2 of 2 ended with code -9" in run.quote_log()
    assert summary(folder)["unsent"] == 0


def test_no_process_outlives_the_one_that_started_it(
    iothub: Child, fleet: Path, tmp_path: Path
) -> None:
    run = run_simulator(fleet, tmp_path / "out", "--processes", "2")
    shares = list_shares(run)
    assert len(shares) == 2
    run.kill()
    wait_until(lambda: not any(is_running(share) for share in shares), within_s=20)


def list_shares(run: Child) -> list[int]:
    """The process ids of a run's shares."""
    assert run.process_id is not None
    return [usage.process for usage in measure_usage({"run": run.process_id})[1:]]


def is_running(process: int) -> bool:
    """Whether there is such a process, other than one that only waits to be looked after."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def a_recording(path: Path, readings: int) -> list[list[float]]:
    values = [[round(0.01 * k + column, 4) for column in range(8)] for k in range(readings)]
    rows = [
        f"2021-03-09 10:{k // 60:02}:{k % 60:02};{';'.join(map(str, row))};{float(k >= 50)}"
        for k, row in enumerate(values)
    ]
    header = ";".join(["datetime", *SKAB_COLUMNS, "anomaly"])
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return values


def test_a_recording_arrives_as_it_is(endpoints: Endpoints, fleet: Path, tmp_path: Path) -> None:
    values = a_recording(tmp_path / "1.csv", 110)
    folder = tmp_path / "out"
    done = device_sim(
        "replay", str(tmp_path / "1.csv"), "--device", DEVICES[0], "--speed", "max",
        "--batch", "40", "--log", str(folder),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"ready": True, "devices": 1}
    sent = fates(folder)
    events = find_stored(endpoints, {fate["message_id"] for fate in sent})
    bodies = [json.loads(events[fate["message_id"]].body_as_str()) for fate in sent]
    assert [len(body["t"]) for body in bodies] == [40, 40, 30]
    for name, index in zip(SKAB_COLUMNS.values(), range(8), strict=True):
        arrived = [value for body in bodies for value in body["channels"][name]]
        assert arrived == [row[index] for row in values]
    times = [t for body in bodies for t in body["t"]]
    assert times[-1] - times[0] == 109_000
    assert abs(times[-1] - time.time() * 1000) < 60_000
    (labelled,) = [
        json.loads(line)
        for line in (folder / "faults.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert (labelled["start"], labelled["end"]) == (times[50], times[-1] + 1)


def test_a_recording_too_short_to_be_scored_is_delivered_and_says_so(
    fleet: Path, tmp_path: Path
) -> None:
    a_recording(tmp_path / "1.csv", 50)
    done = device_sim("replay", str(tmp_path / "1.csv"), "--device", DEVICES[0], "--speed", "max")
    assert done.returncode == 4
    assert "will be stored, but not scored" in done.stderr
    assert "50 readings) delivered" in done.stderr


def test_a_device_that_is_not_registered_is_named(fleet: Path, tmp_path: Path) -> None:
    a_recording(tmp_path / "1.csv", 110)
    done = device_sim("replay", str(tmp_path / "1.csv"), "--device", "never-seen")
    assert done.returncode == 2
    assert done.stderr.startswith("error: not registered: never-seen (1 of 1 devices)")
    assert done.stdout == ""
