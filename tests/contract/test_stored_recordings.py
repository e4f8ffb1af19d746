"""Recordings of stored readings, through the official SDK against the Cosmos DB stand-in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from azure.cosmos import CosmosClient, DatabaseProxy, PartitionKey

from local.endpoints import COSMOS_KEY, Endpoints
from local.processes import Child
from ml_model.recording import RecordingError, Span
from ml_model.recordings.alerts import read_confirmations
from ml_model.recordings.cosmos import open_database, read_stored
from tests.contract.cosmos_clients import url
from tests.fakes.messages import PROBE, RIG
from tocsin.domain.packing.messages import pack_message
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles


@pytest.fixture
def database(
    cosmos: Child, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DatabaseProxy]:
    """A database of its own, opened as the commands open it."""
    assert cosmos.running
    name = f"tocsin-{uuid.uuid4().hex}"
    with CosmosClient(url(endpoints), COSMOS_KEY) as client:
        created = client.create_database(name)
        created.create_container("readings", PartitionKey("/deviceId"))
        created.create_container("settings", PartitionKey("/id"))
        monkeypatch.setenv("CosmosDB", endpoints.cosmos_connection)
        monkeypatch.setenv("COSMOS_DATABASE", name)
        environment = {"CosmosDB": endpoints.cosmos_connection, "COSMOS_DATABASE": name}
        with open_database(environment) as opened:
            yield opened
        client.delete_database(name)


def store(
    database: DatabaseProxy,
    t: Sequence[int],
    *,
    device: str = "rig-1",
    profile: Profile = RIG,
    **changes: Any,  # noqa: ANN401 (any field)
) -> None:
    """One message whose every value is its own time."""
    document = {
        "id": f"{t[0]}-{changes.pop('seq', 0)}",
        "deviceId": device,
        "profile": profile.name,
        "t": list(t),
        "firstT": t[0],
        "lastT": t[-1],
        "channels": {name: list(t) for name in profile.channel_names},
        "score": [None] * len(t),
        "anomalous": [False] * len(t),
        "contributions": {},
        **changes,
    }
    database.get_container_client("readings").upsert_item(pack_message(document))


def read(database: DatabaseProxy, since_ms: int = 0, until_ms: int = 10**6) -> dict[str, list[int]]:
    found = read_stored(database.get_container_client("readings"), RIG, since_ms, until_ms)
    return {recording.device: recording.t.tolist() for recording in found}


def test_each_device_is_a_recording_in_the_order_of_time(database: DatabaseProxy) -> None:
    store(database, [30, 40])
    store(database, [10, 20])
    store(database, [15], device="rig-0")
    store(database, [16], device="probe-1", profile=PROBE)
    assert read(database) == {"rig-0": [15], "rig-1": [10, 20, 30, 40]}
    assert list(read(database)) == ["rig-0", "rig-1"]


def test_late_readings_are_put_in_their_place_once(database: DatabaseProxy) -> None:
    store(database, [10, 20, 30])
    store(database, [15, 20, 25], seq=1)
    assert read(database) == {"rig-1": [10, 15, 20, 25, 30]}


def test_a_range_holds_its_beginning_and_not_its_end(database: DatabaseProxy) -> None:
    store(database, [10, 20, 30, 40])
    store(database, [50])
    assert read(database, 20, 40) == {"rig-1": [20, 30]}


def test_values_are_floats_and_missing_ones_nan(database: DatabaseProxy) -> None:
    store(database, [1, 2], channels={"heat_c": [None, 5.5]})
    (recording,) = read_stored(database.get_container_client("readings"), RIG, 0, 10)
    assert recording.values.dtype == np.float32
    np.testing.assert_array_equal(recording.values, [[np.nan, np.nan], [np.nan, 5.5]])
    assert recording.fault.tolist() == ["", ""]


def test_what_a_device_told_of_itself_is_known_from_what_was_stored(
    database: DatabaseProxy,
) -> None:
    oven = load_profiles()["thermal"]
    channels = {"temperature_c": [20.0, 20.0]}
    store(database, [10, 20], profile=oven, channels=channels)
    store(database, [30, 40], profile=oven, channels=channels, states=[[0, "running"], [1, "off"]])
    store(database, [50, 60], profile=oven, channels=channels, device="rig-2")
    readings = database.get_container_client("readings")
    off, on = read_stored(readings, oven, 0, 100)
    assert off.told is not None
    assert off.told.tolist() == ["running", "running", "running", "off"]
    assert on.told is None


def test_more_than_a_page_is_read_whole(database: DatabaseProxy) -> None:
    for t in range(1, 251):
        store(database, [t], device=f"rig-{t % 3}")
    assert sorted(t for times in read(database).values() for t in times) == list(range(1, 251))


def test_nothing_stored_is_an_error_that_names_the_time(database: DatabaseProxy) -> None:
    store(database, [10], profile=PROBE)
    with pytest.raises(RecordingError, match=r"'rig' is stored from 1970-01-01T00:00:00\.000Z"):
        read(database)


def test_what_operators_called_an_anomaly_is_confirmed(database: DatabaseProxy) -> None:
    settings = database.get_container_client("settings")
    assert read_confirmations(settings) == []
    settings.upsert_item({"id": "drift:rig", "type": "drift"})
    settings.upsert_item(
        {
            "id": "threshold:rig-1",
            "type": "threshold",
            "deviceId": "rig-1",
            "labels": {"rig-1-500": "anomaly", "rig-1-900": "normal"},
        }
    )
    assert read_confirmations(settings) == [Span("rig-1", 500, 500)]


def test_without_a_connection_the_settings_are_named() -> None:
    with pytest.raises(RecordingError, match="set CosmosDB to"), open_database({}):
        pass
