"""Publishing bundles to blob storage, through the official SDK against Azurite."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from local.endpoints import Endpoints
from local.processes import Child
from ml_model.__main__ import main
from ml_model.paths import BUNDLE_FILE, PROGRAM_FILE
from ml_model.release.active import PublishError
from ml_model.release.publish import container_client, publish
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.bundle import FORMAT
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
PUMP = PROFILES["pump"]


def bundle(root: Path, version: str, *, program: bytes = b"a program", remark: str = "") -> Path:
    """A bundle as far as publishing looks at it."""
    folder = root / version / "pump"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PROGRAM_FILE).write_bytes(program)
    described = {
        "format": FORMAT, "profile": "pump", "version": version,
        "channels": list(PUMP.channel_names), "window": PUMP.window,
        "threshold": 1.5, "tail": None, "calibration": {"usual_score": 0.8},
        "hysteresis": {"raise_after": 3, "clear_after": 10}, "cooldown_s": 60,
        "program": {"file": PROGRAM_FILE, "sha256": hashlib.sha256(program).hexdigest()},
        "metrics": {"remark": remark},
    }  # fmt: skip
    (folder / BUNDLE_FILE).write_text(json.dumps(described))
    return folder


@pytest.fixture(scope="module")
def container(azurite: Child, endpoints: Endpoints) -> Iterator[ContainerClient]:
    assert azurite.running
    with container_client({"BlobStorage": endpoints.storage_connection}) as client:
        yield client


@pytest.fixture(autouse=True)
def empty(container: ContainerClient) -> None:
    for name in list(container.list_blob_names()):
        container.delete_blob(name)


def active(container: ContainerClient) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(container.download_blob("pump/active.json").readall())
    assert document.pop("activated_at", 1) > 0
    return document


def test_an_active_bundle_of_another_format_is_replaced(
    container: ContainerClient, tmp_path: Path
) -> None:
    old = bundle(tmp_path, "1-aaaaaaaa")
    publish(container, [old], PROFILES, activate=True)
    described = json.loads((old / BUNDLE_FILE).read_bytes())
    container.upload_blob(
        "pump/1-aaaaaaaa/bundle.json", json.dumps({**described, "format": 1}), overwrite=True
    )
    (done,) = publish(container, [bundle(tmp_path, "2-bbbbbbbb")], PROFILES, activate=False)
    assert (done.outcome, done.active) == ("activated", "2-bbbbbbbb")


def test_the_first_bundle_is_uploaded_and_activated(
    container: ContainerClient, tmp_path: Path
) -> None:
    folder = bundle(tmp_path, "1-aaaaaaaa")
    (done,) = publish(container, [folder], PROFILES, activate=False)
    assert (done.uploaded, done.outcome, done.active) == (2, "activated", "1-aaaaaaaa")
    assert sorted(container.list_blob_names()) == [
        "pump/1-aaaaaaaa/bundle.json", "pump/1-aaaaaaaa/model.pt2", "pump/active.json",
    ]  # fmt: skip
    described = container.download_blob("pump/1-aaaaaaaa/bundle.json").readall()
    assert active(container) == {
        "version": "1-aaaaaaaa",
        "bundle_sha256": hashlib.sha256(described).hexdigest(),
    }
    program = container.download_blob("pump/1-aaaaaaaa/model.pt2").readall()
    assert hashlib.sha256(program).hexdigest() == json.loads(described)["program"]["sha256"]


def test_a_second_time_changes_nothing(container: ContainerClient, tmp_path: Path) -> None:
    folder = bundle(tmp_path, "1-aaaaaaaa")
    publish(container, [folder], PROFILES, activate=True)
    before = container.get_blob_client("pump/active.json").get_blob_properties().etag
    (done,) = publish(container, [folder], PROFILES, activate=True)
    assert (done.uploaded, done.outcome) == (0, "already active")
    assert container.get_blob_client("pump/active.json").get_blob_properties().etag == before


def test_another_version_is_active_only_when_asked_for(
    container: ContainerClient, tmp_path: Path
) -> None:
    publish(container, [bundle(tmp_path, "1-aaaaaaaa")], PROFILES, activate=False)
    other = bundle(tmp_path, "1-bbbbbbbb", program=b"another program")
    (kept,) = publish(container, [other], PROFILES, activate=False)
    assert (kept.uploaded, kept.outcome) == (2, "another stays active")
    assert kept.active == active(container)["version"] == "1-aaaaaaaa"
    before = active(container)
    (flipped,) = publish(container, [other], PROFILES, activate=True)
    assert (flipped.uploaded, flipped.outcome) == (0, "activated")
    assert active(container)["version"] == "1-bbbbbbbb"
    assert active(container)["previous"] == before


def test_the_active_version_described_anew_stays_loadable(
    container: ContainerClient, tmp_path: Path
) -> None:
    publish(container, [bundle(tmp_path, "1-aaaaaaaa")], PROFILES, activate=False)
    publish(container, [bundle(tmp_path, "1-aaaaaaaa", remark="new")], PROFILES, activate=False)
    described = container.download_blob("pump/1-aaaaaaaa/bundle.json").readall()
    assert active(container)["bundle_sha256"] == hashlib.sha256(described).hexdigest()


def test_what_broke_off_is_completed(container: ContainerClient, tmp_path: Path) -> None:
    folder = bundle(tmp_path, "1-aaaaaaaa")
    publish(container, [folder], PROFILES, activate=False)
    container.delete_blob("pump/active.json")
    container.upload_blob("pump/1-aaaaaaaa/model.pt2", b"half a pro", overwrite=True)
    (done,) = publish(container, [folder], PROFILES, activate=False)
    assert (done.uploaded, done.outcome) == (1, "activated")
    assert container.download_blob("pump/1-aaaaaaaa/model.pt2").readall() == b"a program"


def test_a_broken_active_file_is_replaced(container: ContainerClient, tmp_path: Path) -> None:
    container.upload_blob("pump/active.json", b"{half")
    (done,) = publish(container, [bundle(tmp_path, "1-aaaaaaaa")], PROFILES, activate=False)
    assert done.outcome == "activated"
    assert active(container)["version"] == "1-aaaaaaaa"


def test_a_damaged_bundle_is_refused_before_anything_is_uploaded(
    container: ContainerClient, tmp_path: Path
) -> None:
    good, bad = bundle(tmp_path, "1-aaaaaaaa"), bundle(tmp_path, "1-bbbbbbbb")
    (bad / PROGRAM_FILE).write_bytes(b"cut sho")
    with pytest.raises(InvalidBundleError, match="SHA-256"):
        publish(container, [good, bad], PROFILES, activate=True)
    assert list(container.list_blob_names()) == []


def test_a_folder_of_no_profile_is_refused(container: ContainerClient, tmp_path: Path) -> None:
    with pytest.raises(InvalidBundleError, match="no profile 'press'"):
        publish(container, [tmp_path / "press"], PROFILES, activate=True)


def test_the_command_publishes_every_committed_bundle(
    container: ContainerClient, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("BlobStorage", endpoints.storage_connection)
    assert main(["publish"]) == 0
    names = set(container.list_blob_names())
    assert {f"{name}/active.json" for name in PROFILES} <= names
    assert len(names) == 3 * len(PROFILES)
    assert capsys.readouterr().out.count("activated") == len(PROFILES)


def test_a_candidate_is_published_from_any_folder_and_not_activated(
    container: ContainerClient, endpoints: Endpoints, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    publish(container, [bundle(tmp_path, "1-aaaaaaaa")], PROFILES, activate=False)
    folder = bundle(tmp_path, "1-bbbbbbbb").rename(tmp_path / "candidate")
    monkeypatch.setenv("BlobStorage", endpoints.storage_connection)
    assert main(["publish", "--profile", "pump", "--bundle", str(folder)]) == 0
    assert "2 files uploaded, another stays active (1-aaaaaaaa)" in capsys.readouterr().out
    assert active(container)["version"] == "1-aaaaaaaa"
    assert main(["publish", "--profile", "motor", "--bundle", str(folder)]) == 2
    assert "profile 'motor'" in capsys.readouterr().err
    assert main(["publish", "--bundle", str(folder)]) == 2
    assert "name it with --profile" in capsys.readouterr().err


def test_the_commands_list_promote_and_roll_back(
    container: ContainerClient, endpoints: Endpoints, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("BlobStorage", endpoints.storage_connection)
    for version in ("1-aaaaaaaa", "1-bbbbbbbb"):
        publish(container, [bundle(tmp_path, version)], PROFILES, activate=False)
    promoting = ["promote", "--profile", "pump", "--version", "1-bbbbbbbb"]
    assert main(promoting) == 0
    assert main(promoting) == 0
    assert main(["rollback", "--profile", "pump"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        (
            "pump 1-bbbbbbbb was never compared with another bundle: "
            "python -m ml_model compare says whether a bundle is fit"
        ),
        "pump 1-bbbbbbbb: is active now (before it: 1-aaaaaaaa)",
        "pump 1-bbbbbbbb: was active already (before it: 1-aaaaaaaa)",
        "pump 1-aaaaaaaa: is active now (rolled back from: 1-bbbbbbbb)",
    ]
    assert main(["versions", "--profile", "pump"]) == 0
    listed = [line.split() for line in capsys.readouterr().out.splitlines() if "│" in line]
    uses = {line[1]: " ".join(line[6:-1]) for line in listed}
    assert uses == {"1-aaaaaaaa": "active", "1-bbbbbbbb": "rolled back"}
    assert main(["promote", "--profile", "pump", "--version", "1-cccccccc"]) == 2
    assert "1-cccccccc/bundle.json does not exist" in capsys.readouterr().err


def test_without_a_connection_the_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BlobStorage", raising=False)
    monkeypatch.delenv("BlobStorage__serviceUri", raising=False)
    with pytest.raises(PublishError, match="set BlobStorage to"):
        container_client({})
    assert main(["publish"]) == 2
    assert capsys.readouterr().err.startswith("ml_model publish: set BlobStorage")
