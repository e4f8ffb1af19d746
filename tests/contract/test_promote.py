"""Promoting and rolling back published bundles, through the official SDK against Azurite."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from local.endpoints import Endpoints
from local.processes import Child
from ml_model.release.active import PublishError, read_active, write
from ml_model.release.promote import fetch, list_versions, promote, roll_back
from ml_model.release.publish import container_client
from tests.contract.ports import connection
from tests.fakes.activations import FakeActivations
from tests.fakes.bundles import bundle_files
from tests.fakes.messages import RIG
from tocsin.adapters.models.model_bundle import ActiveModels
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.adapters.storage.blob import BlobFiles, blob_client
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.active_bundle import Named

ACTIVE = "rig/active.json"


@pytest.fixture(scope="module")
def container(azurite: Child, endpoints: Endpoints) -> Iterator[ContainerClient]:
    assert azurite.running
    with container_client({"BlobStorage": endpoints.storage_connection}) as client:
        yield client


@pytest.fixture(autouse=True)
def publish_three(container: ContainerClient) -> None:
    """Three versions, none of them active."""
    for name in list(container.list_blob_names()):
        container.delete_blob(name)
    for version in ("1-a", "1-b", "1-c"):
        upload(container, version)


def upload(container: ContainerClient, version: str, **changes: Any) -> None:  # noqa: ANN401 (any field)
    for name, content in bundle_files(RIG, version, **changes).items():
        if name != ACTIVE:
            container.upload_blob(name, content, overwrite=True)


def active(container: ContainerClient) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(container.download_blob(ACTIVE).readall())
    assert document.pop("activated_at", 1) > 0
    return document


def name_version(container: ContainerClient, version: str) -> dict[str, str]:
    described = container.download_blob(f"rig/{version}/bundle.json").readall()
    return {"version": version, "bundle_sha256": hashlib.sha256(described).hexdigest()}


def etag(container: ContainerClient) -> str:
    found: str = container.get_blob_client(ACTIVE).get_blob_properties().etag
    return found


def test_promoting_names_the_version_and_the_one_before_it(container: ContainerClient) -> None:
    first = promote(container, RIG, "1-a")
    assert (first.version, first.before, first.changed) == ("1-a", None, True)
    assert active(container) == name_version(container, "1-a")
    second = promote(container, RIG, "1-b")
    assert (second.version, second.before, second.changed) == ("1-b", "1-a", True)
    assert active(container) == name_version(container, "1-b") | {
        "previous": name_version(container, "1-a")
    }


def test_promoting_again_changes_nothing(container: ContainerClient) -> None:
    promote(container, RIG, "1-a")
    promote(container, RIG, "1-b")
    before = etag(container)
    again = promote(container, RIG, "1-b")
    assert (again.version, again.before, again.changed) == ("1-b", "1-a", False)
    assert etag(container) == before


def test_rolling_back_makes_the_version_before_active_and_a_second_time_nothing(
    container: ContainerClient,
) -> None:
    promote(container, RIG, "1-a")
    promote(container, RIG, "1-b")
    back = roll_back(container, RIG)
    assert (back.version, back.before, back.changed) == ("1-a", "1-b", True)
    assert active(container) == name_version(container, "1-a") | {"rolled_back": "1-b"}
    before = etag(container)
    again = roll_back(container, RIG)
    assert (again.version, again.before, again.changed) == ("1-a", "1-b", False)
    assert etag(container) == before
    promote(container, RIG, "1-c")
    assert roll_back(container, RIG).version == "1-a"


def test_there_is_nothing_to_roll_back_to_before_a_second_version(
    container: ContainerClient,
) -> None:
    with pytest.raises(PublishError, match="no active bundle to roll back from"):
        roll_back(container, RIG)
    promote(container, RIG, "1-a")
    with pytest.raises(PublishError, match="no version before '1-a'"):
        roll_back(container, RIG)
    assert active(container)["version"] == "1-a"


@pytest.mark.parametrize("version", ["1-z", "", "1-a/model.pt2", ".."])
def test_a_version_that_is_not_published_is_refused(
    container: ContainerClient, version: str
) -> None:
    promote(container, RIG, "1-a")
    with pytest.raises(PublishError, match="versions"):
        promote(container, RIG, version)
    assert active(container)["version"] == "1-a"


def test_a_damaged_version_is_never_promoted(container: ContainerClient) -> None:
    promote(container, RIG, "1-a")
    container.upload_blob("rig/1-b/model.pt2", b"cut sho", overwrite=True)
    with pytest.raises(InvalidBundleError, match="SHA-256"):
        promote(container, RIG, "1-b")
    upload(container, "1-c", channels=["other"])
    with pytest.raises(InvalidBundleError, match="channels"):
        promote(container, RIG, "1-c")
    container.upload_blob("rig/1-d/bundle.json", b"{}", overwrite=True)
    with pytest.raises(PublishError, match=r"1-d/model\.pt2 does not exist"):
        promote(container, RIG, "1-d")
    assert active(container) == name_version(container, "1-a")


def test_a_version_in_the_place_of_another_is_refused(container: ContainerClient) -> None:
    for name in ("bundle.json", "model.pt2"):
        content = container.download_blob(f"rig/1-a/{name}").readall()
        container.upload_blob(f"rig/1-b/{name}", content, overwrite=True)
    with pytest.raises(InvalidBundleError, match="holds the version '1-a'"):
        promote(container, RIG, "1-b")


def test_a_version_that_is_not_as_it_was_is_not_rolled_back_to(container: ContainerClient) -> None:
    promote(container, RIG, "1-a")
    promote(container, RIG, "1-b")
    upload(container, "1-a", threshold=99.0)
    with pytest.raises(InvalidBundleError, match="SHA-256"):
        roll_back(container, RIG)
    assert active(container)["version"] == "1-b"


def test_of_two_operators_the_slower_one_is_told(container: ContainerClient) -> None:
    promote(container, RIG, "1-a")
    seen = read_active(container, RIG.name)
    ours = seen.activate(Named(**name_version(container, "1-b")), now_ms=1)
    write(container, RIG.name, ours)
    with pytest.raises(PublishError, match="changed by someone else meanwhile"):
        write(container, RIG.name, seen.activate(Named(**name_version(container, "1-c")), now_ms=1))
    assert active(container)["version"] == "1-b"
    # The same change twice is none: so it looks when an answer was lost and the client repeated.
    write(container, RIG.name, ours)


def test_of_two_first_activations_the_slower_one_is_told(container: ContainerClient) -> None:
    nothing = read_active(container, RIG.name)
    promote(container, RIG, "1-a")
    with pytest.raises(PublishError, match="changed by someone else meanwhile"):
        write(
            container, RIG.name, nothing.activate(Named(**name_version(container, "1-b")), now_ms=1)
        )
    assert active(container)["version"] == "1-a"


def test_a_broken_active_file_is_replaced(container: ContainerClient) -> None:
    container.upload_blob(ACTIVE, b"{half")
    assert promote(container, RIG, "1-a").changed
    assert active(container) == name_version(container, "1-a")


def test_versions_are_listed_with_their_use(container: ContainerClient) -> None:
    assert {version.use for version in list_versions(container, RIG)} == {""}
    promote(container, RIG, "1-a")
    promote(container, RIG, "1-b")
    uses = {version.version: version.use for version in list_versions(container, RIG)}
    assert uses == {"1-a": "previous", "1-b": "active", "1-c": ""}
    roll_back(container, RIG)
    upload(container, "1-c")
    listed = list_versions(container, RIG)
    assert {version.version: version.use for version in listed} == {
        "1-a": "active",
        "1-b": "rolled back",
        "1-c": "",
    }
    assert [version.uploaded for version in listed] == sorted(
        (version.uploaded for version in listed), reverse=True
    )


def test_a_published_version_is_fetched_whole(container: ContainerClient, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="no active bundle"):
        fetch(container, RIG, None, tmp_path)
    promote(container, RIG, "1-b")
    for version, expected in ((None, "1-b"), ("1-a", "1-a")):
        folder = fetch(container, RIG, version, tmp_path)
        assert folder == tmp_path / expected
        for name in ("bundle.json", "model.pt2"):
            content = container.download_blob(f"rig/{expected}/{name}").readall()
            assert (folder / name).read_bytes() == content


def upload_what_does_not_load(container: ContainerClient, version: str) -> None:
    """Every hash of it is right, but its program is none."""
    program = b"no program"
    described = json.loads(bundle_files(RIG, version)[f"rig/{version}/bundle.json"])
    described["program"]["sha256"] = hashlib.sha256(program).hexdigest()
    content = json.dumps(described).encode()
    container.upload_blob(f"rig/{version}/bundle.json", content, overwrite=True)
    container.upload_blob(f"rig/{version}/model.pt2", program, overwrite=True)


async def test_the_functions_take_the_promoted_version_and_keep_it_when_the_next_is_bad(
    container: ContainerClient, endpoints: Endpoints, caplog: pytest.LogCaptureFixture
) -> None:
    now_s = 0.0
    promote(container, RIG, "1-a")
    async with blob_client(connection("BlobStorage", endpoints.storage_connection)) as blobs:
        models = ActiveModels(
            PublishedBundles(BlobFiles(blobs).read, SigningKeys()),
            FakeActivations(),
            refresh_s=30,
            clock_s=lambda: now_s,
        )

        async def version() -> str | None:
            """The version in use once a due look-up is over."""
            nonlocal now_s
            now_s += 60
            await models.current(RIG)
            look_ups = [one for one in asyncio.all_tasks() if one.get_name().startswith("look up")]
            await asyncio.gather(*look_ups)
            model = await models.current(RIG)
            return None if model is None else model.spec.version

        assert await version() == "1-a"
        promote(container, RIG, "1-b")
        assert await version() == "1-b"
        upload_what_does_not_load(container, "1-c")
        promote(container, RIG, "1-c")
        with caplog.at_level(logging.ERROR):
            assert await version() == "1-b"
        assert "Bundle refused, version in use: 1-b" in caplog.text
        assert roll_back(container, RIG).version == "1-b"
        assert await version() == "1-b"
        roll_back(container, RIG)
        promote(container, RIG, "1-a")
        assert await version() == "1-a"
