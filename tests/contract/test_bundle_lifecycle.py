"""The recipe of docs/operations.md by its commands: watch, compare, publish, promote, roll back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.cosmos import CosmosClient, DatabaseProxy, PartitionKey

from local.endpoints import COSMOS_KEY, Endpoints
from local.processes import Child
from ml_model.__main__ import main
from ml_model.release.active import read_active
from ml_model.release.publish import container_client
from tests.contract.cosmos_clients import url
from tests.unit.ml_model.judging.test_compare import START_MS, TARGET, THERMAL, bundle, recording
from tocsin.domain.models.drift import reference_document, reference_of

MESSAGE = 500
FAULT_AT = 900
COMPARE = ["compare", "--profile", "thermal", "--from-cosmos", "--target", TARGET]
# The recordings of the unit tests lie in this day.
DAY = ["--since", "2026-11-18", "--until", "2026-11-19"]


@pytest.fixture
def database(
    cosmos: Child, azurite: Child, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DatabaseProxy]:
    """The product's database and storage, named in the environment as the commands read it."""
    assert cosmos.running
    assert azurite.running
    monkeypatch.setenv("CosmosDB", endpoints.cosmos_connection)
    monkeypatch.setenv("BlobStorage", endpoints.storage_connection)
    monkeypatch.delenv("COSMOS_DATABASE", raising=False)
    with container_client(os.environ) as container:
        for name in list(container.list_blob_names()):
            container.delete_blob(name)
    with CosmosClient(url(endpoints), COSMOS_KEY) as client:
        created = client.create_database("tocsin")
        created.create_container("readings", PartitionKey("/deviceId"))
        created.create_container("settings", PartitionKey("/id"))
        yield created
        client.delete_database("tocsin")


def store(database: DatabaseProxy) -> None:
    """Readings of two devices, one with a fault whose alert an operator called an anomaly."""
    readings = database.get_container_client("readings")
    for recorded in (recording("rig", odd=[FAULT_AT]), recording("other")):
        for start in range(0, len(recorded.t), MESSAGE):
            part = recorded.between(start, start + MESSAGE)
            columns = zip(THERMAL.channel_names, part.values.T.tolist(), strict=True)
            readings.upsert_item(
                {
                    "id": f"{part.t[0]}-{start}",
                    "deviceId": recorded.device,
                    "profile": "thermal",
                    "t": part.t.tolist(),
                    "firstT": int(part.t[0]),
                    "lastT": int(part.t[-1]),
                    "channels": dict(columns),
                }
            )
    time_of_alert = START_MS + (FAULT_AT + 3) * round(THERMAL.period_s * 1_000)
    database.get_container_client("settings").upsert_item(
        {
            "id": "threshold:rig",
            "type": "threshold",
            "deviceId": "rig",
            "labels": {f"rig-{time_of_alert}": "anomaly"},
        }
    )


def test_a_candidate_is_compared_promoted_and_rolled_back(
    database: DatabaseProxy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database)
    values = recording("rig").values
    reference = reference_document(reference_of([], [values], THERMAL))
    first = bundle(tmp_path, "1-a", reference=reference)
    good = bundle(tmp_path, "1-b", threshold=29.0)
    deaf = bundle(tmp_path, "1-c", threshold=1e6)
    for folder in (first, good):
        assert main(["publish", "--profile", "thermal", "--bundle", str(folder)]) == 0

    assert main(["drift", "--profile", "thermal", "--from-cosmos", *DAY]) == 0
    assert "8000 readings: stable" in capsys.readouterr().out

    out = ["--out", str(tmp_path / "out")]
    assert main([*COMPARE, *DAY, *out, "--candidate", str(deaf)]) == 1
    assert "1 of 1 confirmed alerts are lost" in capsys.readouterr().out
    assert main([*COMPARE, *DAY, *out, "--candidate", "1-b"]) == 0

    assert main(["promote", "--profile", "thermal", "--version", "1-b"]) == 0
    assert main(["rollback", "--profile", "thermal"]) == 0
    capsys.readouterr()
    assert main(["versions", "--profile", "thermal"]) == 0
    shown = capsys.readouterr().out
    assert [line.split()[1] for line in shown.splitlines() if " active " in line] == ["1-a"]


def promote(version: str, *flags: str) -> int:
    return main(["promote", "--profile", "thermal", "--version", version, *flags])


def publish(folder: Path, *flags: str) -> int:
    return main(["publish", "--profile", "thermal", "--bundle", str(folder), *flags])


def test_what_was_called_unfit_is_promoted_only_by_force(
    database: DatabaseProxy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database)
    deaf = bundle(tmp_path, "1-c", threshold=1e6)
    for folder in (bundle(tmp_path, "1-a"), deaf):
        assert publish(folder) == 0
    assert main([*COMPARE, *DAY, "--out", str(tmp_path / "out"), "--candidate", "1-c"]) == 1
    capsys.readouterr()

    assert promote("1-c") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "thermal 1-c was called not fit on 20" in shown.err
    assert "held against 1-a on 0.092 device-days" in shown.err
    assert "1 of 1 confirmed alerts are lost (rig at " in shown.err
    assert "--force" in shown.err
    assert shown.err.count("\n") == 1
    assert publish(deaf, "--activate") == 2
    assert "was called not fit" in capsys.readouterr().err
    assert active_version() == "1-a"

    with pytest.raises(SystemExit):
        promote("1-c", "--force", " ")
    assert promote("1-c", "--force", "the old one floods us") == 0
    assert "promoted by force" in " ".join(capsys.readouterr().out.split())
    assert active_version() == "1-c"
    with container_client(os.environ) as container:
        content = container.download_blob("thermal/1-c/forced.json").readall()
    forced = json.loads(content)
    assert forced["reason"] == "the old one floods us"
    assert forced["verdict"]["fit"] is False
    assert forced["verdict"]["active"] == "1-a"


def test_a_verdict_travels_with_the_folder_and_the_newest_counts(
    database: DatabaseProxy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(database)
    first, deaf = bundle(tmp_path, "1-a"), bundle(tmp_path, "1-c", threshold=1e6)
    assert publish(first) == 0
    compare = [*COMPARE, *DAY, "--out", str(tmp_path / "out"), "--candidate"]
    assert main([*compare, str(deaf)]) == 1
    assert publish(deaf) == 0
    assert promote("1-c") == 1
    # Held against itself it is as good as what is active, and that is the later word.
    assert main([*compare, "1-c", "--active", str(deaf)]) == 0
    assert publish(deaf) == 0, "the older verdict of the folder does not come back"
    capsys.readouterr()
    assert promote("1-c") == 0
    assert "called fit on 20" in capsys.readouterr().out


def test_what_was_never_compared_is_promoted_and_said_so(
    database: DatabaseProxy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert database.id == "tocsin"
    for version in ("1-a", "1-b"):
        assert publish(bundle(tmp_path, version)) == 0
    capsys.readouterr()
    assert promote("1-b") == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "thermal 1-b was never compared with another bundle" in shown
    assert active_version() == "1-b"


def active_version() -> str:
    with container_client(os.environ) as container:
        active = read_active(container, "thermal").now
    assert active is not None
    return active.version


def test_no_stored_reading_is_one_clear_line(
    database: DatabaseProxy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert database.id == "tocsin"
    assert main(["publish", "--profile", "thermal", "--bundle", str(bundle(tmp_path, "1-a"))]) == 0
    assert main(["drift", "--profile", "thermal", *DAY]) == 2
    error = capsys.readouterr().err
    assert error.startswith("ml_model drift: no reading of profile 'thermal' is stored from 2026-")
    assert error.count("\n") == 1
