"""Stored readings as a source for training and evaluation, through the Cosmos DB stand-in."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy, PartitionKey
from rich.console import Console

from local.addresses import find_free_address
from local.endpoints import COSMOS_KEY, Endpoints
from local.processes import Child
from ml_model.__main__ import main
from ml_model.recording import Recording, RecordingError, Span
from ml_model.recordings.alerts import read_alerts, read_labels
from ml_model.recordings.cosmos import open_database, read_stored
from ml_model.recordings.source import Recorded
from ml_model.recordings.stored import StoredSource, Use
from tests.contract.cosmos_clients import url
from tests.fakes.bundles import bundle_files
from tests.fakes.messages import RIG
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles

SILENT = Console(quiet=True)
WINDOW_MS = round(RIG.window * RIG.period_s * 1_000)
STEP_MS = round(RIG.period_s * 1_000)
DAY_MS = 86_400_000
SINCE = 1_795_000_000_000
READINGS = 60
UNTIL = SINCE + READINGS * STEP_MS


@pytest.fixture(scope="module")
def account(cosmos: Child, endpoints: Endpoints) -> Iterator[CosmosClient]:
    assert cosmos.running
    with CosmosClient(url(endpoints), COSMOS_KEY) as client:
        yield client


@pytest.fixture
def database(account: CosmosClient) -> Iterator[DatabaseProxy]:
    created = account.create_database(f"tocsin-{uuid.uuid4().hex}")
    for name, key in (("readings", "deviceId"), ("alerts", "deviceId"), ("settings", "id")):
        created.create_container(name, PartitionKey(f"/{key}"))
    yield created
    account.delete_database(created.id)


@pytest.fixture
def environment(database: DatabaseProxy, endpoints: Endpoints) -> dict[str, str]:
    return {"CosmosDB": endpoints.cosmos_connection, "COSMOS_DATABASE": database.id}


@pytest.fixture
def readings(database: DatabaseProxy) -> ContainerProxy:
    return database.get_container_client("readings")


def store(
    readings: ContainerProxy,
    device: str,
    times: Sequence[int] | None = None,
    *,
    value: float | None = None,
    seq: int = 0,
    profile: Profile = RIG,
) -> None:
    """One message of a device: a reading each period, unless *times* are given."""
    t = list(range(SINCE, UNTIL, STEP_MS)) if times is None else list(times)
    values: list[float | None] = [value] * len(t) if value else [float(at % 7) for at in t]
    document = {
        "id": f"{t[0]}-{seq}", "deviceId": device, "profile": profile.name, "seq": seq,
        "t": t, "firstT": t[0], "lastT": t[-1],
        "channels": dict.fromkeys(profile.channel_names, values),
    }  # fmt: skip
    readings.upsert_item(document)


def alert(
    database: DatabaseProxy,
    device: str,
    raised: int,
    cleared: int | None = None,
    *,
    profile: Profile = RIG,
) -> str:
    """An alert, and its clearing if there was one. Returns its id."""
    alert_id = f"{device}-{raised}"
    for change, t in (("raised", raised), ("cleared", cleared)):
        if t is not None:
            document = {
                "id": f"{t}-{change}", "type": change, "alertId": alert_id, "deviceId": device,
                "profile": profile.name, "t": t,
            }  # fmt: skip
            database.get_container_client("alerts").upsert_item(document)
    return alert_id


def judge(database: DatabaseProxy, device: str, labels: dict[str, str]) -> None:
    document = {
        "id": f"threshold:{device}", "type": "threshold", "deviceId": device, "labels": labels,
    }  # fmt: skip
    database.get_container_client("settings").upsert_item(document)


def read(environment: dict[str, str], use: Use = "training") -> Recorded:
    return StoredSource(environment, SINCE, UNTIL, use).read(RIG, SILENT)


def faulty(recording: Recording, kind: str) -> list[int]:
    """The times at which a recording has a fault, in ms since the first reading."""
    times: list[int] = (recording.t[recording.fault == kind] - SINCE).tolist()
    return times


def test_a_time_in_two_messages_has_the_values_of_the_first(readings: ContainerProxy) -> None:
    store(readings, "d", [SINCE, SINCE + 10, SINCE + 30], value=1.0)
    store(readings, "d", [SINCE + 10, SINCE + 20], value=2.0, seq=1)
    (recording,) = read_stored(readings, RIG, SINCE, UNTIL)
    assert (recording.t - SINCE).tolist() == [0, 10, 20, 30]
    assert recording.values[:, 0].tolist() == [1.0, 1.0, 2.0, 1.0]


def test_memory_is_bounded_by_keeping_each_devices_newest(readings: ContainerProxy) -> None:
    for device in ("a", "b"):
        for start in range(0, 50, 5):
            store(readings, device, range(SINCE + start, SINCE + start + 5))
    shares: list[float] = []
    kept = read_stored(readings, RIG, SINCE, SINCE + 50, most=14, report=shares.append)
    assert [(recording.t - SINCE).tolist() for recording in kept] == [list(range(43, 50))] * 2
    assert shares == sorted(shares)
    assert len(shares) == 4  # ten more messages a device are stored than were read
    assert 0 < shares[0] <= shares[-1] <= 1


def test_alerts_are_spans_from_raised_to_cleared(database: DatabaseProxy) -> None:
    alerts = database.get_container_client("alerts")
    before = alert(database, "a", SINCE - DAY_MS, SINCE + 10)
    inside = alert(database, "a", SINCE + 20, SINCE + 30)
    still = alert(database, "b", SINCE + 40)
    alert(database, "b", SINCE - 20, SINCE - 10)
    alert(database, "b", UNTIL + 10, UNTIL + 20)
    assert read_alerts(alerts, RIG, SINCE, UNTIL) == {
        before: Span("a", SINCE - DAY_MS, SINCE + 10),
        inside: Span("a", SINCE + 20, SINCE + 30),
        still: Span("b", SINCE + 40, UNTIL),
    }


def test_labels_are_found_by_alert(database: DatabaseProxy) -> None:
    judge(database, "a", {"a-1": "normal", "a-2": "anomaly"})
    judge(database, "b", {"b-1": "normal"})
    assert read_labels(database.get_container_client("settings")) == {
        "a-1": "normal", "a-2": "anomaly", "b-1": "normal",
    }  # fmt: skip


def test_readings_around_alerts_do_not_train_unless_they_were_called_normal(
    database: DatabaseProxy, readings: ContainerProxy, environment: dict[str, str]
) -> None:
    for device in ("a", "b", "c"):
        store(readings, device)
    raised = SINCE + WINDOW_MS + 2 * STEP_MS
    alert(database, "a", raised, raised + STEP_MS)
    judge(database, "b", {alert(database, "b", raised, raised + STEP_MS): "normal"})
    recorded = read(environment)
    a, b, c = recorded.recordings
    assert faulty(a, "alert") == list(range(2 * STEP_MS, WINDOW_MS + 4 * STEP_MS, STEP_MS))
    assert (b.fault == "").all()
    assert (c.fault == "").all()
    assert "around 1 of 2 alerts do not train" in recorded.remarks[-1]


def test_confirmed_alerts_are_the_faults_of_an_evaluation(
    database: DatabaseProxy, readings: ContainerProxy, environment: dict[str, str]
) -> None:
    store(readings, "a")
    raised = SINCE + WINDOW_MS
    alert(database, "a", raised + 20 * STEP_MS, raised + 22 * STEP_MS)
    judge(database, "a", {alert(database, "a", raised, raised + STEP_MS): "anomaly"})
    recorded = read(environment, "evaluation")
    (recording,) = recorded.recordings
    assert faulty(recording, "confirmed") == list(range(0, WINDOW_MS + 2 * STEP_MS, STEP_MS))
    assert recorded.remarks == ("1 of 2 alerts were confirmed: these are the faults",)


def test_a_device_at_another_period_is_left_out(
    readings: ContainerProxy, environment: dict[str, str]
) -> None:
    store(readings, "a")
    store(readings, "slow", range(SINCE, UNTIL, 5 * STEP_MS))
    recorded = read(environment)
    assert [recording.device for recording in recorded.recordings] == ["a"]
    assert recorded.remarks[0].startswith("left out: device 'slow': a reading comes every")
    readings.delete_item(f"{SINCE}-0", partition_key="a")
    with pytest.raises(RecordingError, match=r"^device 'slow': a reading comes every"):
        read(environment)


def test_the_hash_is_of_what_was_read(
    database: DatabaseProxy, readings: ContainerProxy, environment: dict[str, str]
) -> None:
    store(readings, "a")
    first = read(environment).sha256
    assert read(environment).sha256 == first
    alert(database, "a", SINCE + STEP_MS)
    assert read(environment).sha256 != first


def test_a_source_names_its_range_and_shows_no_key(environment: dict[str, str]) -> None:
    source = StoredSource(environment, SINCE, SINCE + DAY_MS, "training")
    since, until = (f"{np.datetime64(t, 'ms')}Z" for t in (SINCE, SINCE + DAY_MS))
    assert source.flags == f"--from-cosmos --since {since} --until {until}"
    assert COSMOS_KEY not in repr(source)


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        ("nonsense", "cannot be read"),
        ("AccountEndpoint=http://{refused}:1/;AccountKey={key};", "cannot be read"),
    ],
)
def test_what_cannot_be_reached_is_said_in_one_line(connection: str, said: str) -> None:
    text = connection.format(refused=find_free_address(), key=COSMOS_KEY)
    with (
        pytest.raises(RecordingError, match=said) as refused,
        open_database({"CosmosDB": text}) as database,
    ):
        read_stored(database.get_container_client("readings"), RIG, SINCE, UNTIL)
    assert "\n" not in str(refused.value)
    assert COSMOS_KEY not in str(refused.value)


def test_a_database_that_is_not_there_is_named(account: CosmosClient, endpoints: Endpoints) -> None:
    environment = {"CosmosDB": endpoints.cosmos_connection, "COSMOS_DATABASE": "nowhere"}
    with pytest.raises(RecordingError, match="the database 'nowhere' cannot be read"):
        read(environment)


@pytest.fixture
def settings(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the commands."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("settings")
def test_the_command_line_ends_in_one_line_where_nothing_is_stored(
    capsys: pytest.CaptureFixture[str],
) -> None:
    times = ["--since", "2026-11-20", "--until", "2026-11-21"]
    assert main(["train", "--profile", "thermal", "--from-cosmos", *times]) == 2
    assert capsys.readouterr().err == (
        "ml_model train: no reading of profile 'thermal' is stored from 2026-11-20T00:00:00.000Z "
        "until 2026-11-21T00:00:00.000Z; choose another time with --since and --until\n"
    )


@pytest.mark.usefixtures("settings")
def test_the_command_line_evaluates_what_is_stored(
    database: DatabaseProxy,
    readings: ContainerProxy,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    thermal = load_profiles()["thermal"]
    store(readings, "hot-1", range(SINCE, SINCE + 300_000, 1_000), profile=thermal)
    raised = SINCE + 100_000
    alert_id = alert(database, "hot-1", raised, raised + 10_000, profile=thermal)
    judge(database, "hot-1", {alert_id: "anomaly"})
    for name, content in bundle_files(thermal, "1-a").items():
        (tmp_path / Path(name).name).write_bytes(content)
    command = [
        "evaluate", "--profile", "thermal", "--bundle", str(tmp_path), "--out", str(tmp_path),
        "--from-cosmos", "--since", "2026-11-18", "--until", "2026-11-19T12:00",
    ]  # fmt: skip
    assert main(command) == 0
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["events"]["by_kind"]["confirmed"]["total"] == 1
    assert "1 of 1 alerts were confirmed: these are the faults" in capsys.readouterr().out
