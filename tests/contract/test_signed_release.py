"""Publishing, promoting and rolling back with a signing key, by the commands, against Azurite."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from local.endpoints import Endpoints
from local.processes import Child
from ml_model.__main__ import main
from ml_model.release import signing
from ml_model.release.active import PublishError
from ml_model.release.publish import container_client
from tests.fakes.activations import FakeActivations
from tests.fakes.archives import BUNDLES
from tocsin.adapters.models.model_bundle import ActiveModels
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.adapters.storage.blob import BlobFiles, blob_client
from tocsin.domain.models.model_state import ModelState
from tocsin.domain.models.signing import parse_public_keys
from tocsin.profiles import load_profiles
from tocsin.settings import Connection

THERMAL = load_profiles()["thermal"]
ACTIVE = "thermal/active.json"


@pytest.fixture(scope="module")
def container(azurite: Child, endpoints: Endpoints) -> Iterator[ContainerClient]:
    assert azurite.running
    with container_client({"BlobStorage": endpoints.storage_connection}) as client:
        yield client


@pytest.fixture(autouse=True)
def empty(
    container: ContainerClient, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(container.list_blob_names()):
        container.delete_blob(name)
    monkeypatch.setenv("BlobStorage", endpoints.storage_connection)
    for name in (signing.KEY_SETTING, signing.KEY_FILE_SETTING, signing.PUBLIC_SETTING):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """A private key's file and its public key, as the command makes them."""
    path = tmp_path / "keys" / "key.pem"
    assert main(["keygen", "--out", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "PRIVATE" not in printed
    return str(path), printed.partition("MODEL_SIGNING_KEYS=")[2].strip()


def describe_anew(tmp_path: Path, version: str) -> Path:
    """The committed bundle of the profile under another version."""
    folder = tmp_path / version
    folder.mkdir()
    described = json.loads((BUNDLES / "thermal" / "bundle.json").read_bytes())
    (folder / "bundle.json").write_text(json.dumps({**described, "version": version}))
    (folder / "model.pt2").write_bytes((BUNDLES / "thermal" / "model.pt2").read_bytes())
    return folder


def publish(folder: Path, *flags: str) -> int:
    return main(["publish", "--profile", "thermal", "--bundle", str(folder), *flags])


async def look(endpoints: Endpoints, public: str) -> ModelState:
    """What a function app that trusts *public* makes of what is published."""
    connection = Connection("BlobStorage", endpoints.storage_connection, None, None)
    async with blob_client(connection) as blobs:
        bundles = PublishedBundles(BlobFiles(blobs).read, SigningKeys(parse_public_keys(public)))
        return await ActiveModels(
            bundles, FakeActivations(), refresh_s=30, clock_s=lambda: 0.0
        ).state(THERMAL)


async def test_what_is_published_promoted_and_rolled_back_with_a_key_is_trusted(
    endpoints: Endpoints, tmp_path: Path, key: tuple[str, str]
) -> None:
    private, public = key
    flags = ("--signing-key", private)
    for version in ("9-a", "9-b"):
        assert publish(describe_anew(tmp_path, version), *flags) == 0
    assert (await look(endpoints, public)).version == "9-a"
    assert main(["promote", "--profile", "thermal", "--version", "9-b", *flags]) == 0
    promoted = await look(endpoints, public)
    assert main(["rollback", "--profile", "thermal", *flags]) == 0
    back = await look(endpoints, public)
    assert (promoted.version, back.version) == ("9-b", "9-a")
    assert (promoted.activated_at or 0) < (back.activated_at or 0)
    other = tmp_path / "other.pem"
    assert main(["keygen", "--out", str(other)]) == 0
    refused = await look(endpoints, signing.read_public_key(other))
    assert refused.version is None
    assert "which is not trusted here" in str(refused.refused)


async def test_what_was_published_without_a_key_is_signed_by_publishing_it_again(
    endpoints: Endpoints, tmp_path: Path, key: tuple[str, str]
) -> None:
    private, public = key
    folder = describe_anew(tmp_path, "9-a")
    assert publish(folder) == 0
    assert "is not signed" in str((await look(endpoints, public)).refused)
    assert publish(folder, "--signing-key", private) == 0
    assert (await look(endpoints, public)).version == "9-a"


def test_a_bundle_that_was_changed_where_it_lies_is_not_promoted(
    container: ContainerClient,
    tmp_path: Path,
    key: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    flags = ("--signing-key", key[0])
    for version in ("9-a", "9-b"):
        assert publish(describe_anew(tmp_path, version), *flags) == 0
    name = "thermal/9-b/bundle.json"
    content = container.download_blob(name).readall()
    container.upload_blob(
        name, content.replace(b'"cooldown_s": 60', b'"cooldown_s": 61'), overwrite=True
    )
    before = container.download_blob(ACTIVE).readall()
    promoting = ["promote", "--profile", "thermal", "--version", "9-b"]
    assert main([*promoting, *flags]) == 2
    assert (
        "the signature of thermal/9-b/bundle.json is of something else" in capsys.readouterr().err
    )
    container.delete_blob(f"{name}.sig")
    assert main([*promoting, *flags]) == 2
    assert "is not signed" in capsys.readouterr().err
    assert container.download_blob(ACTIVE).readall() == before


def test_nothing_of_an_active_json_that_nobody_signed_is_signed_anew(
    container: ContainerClient,
    tmp_path: Path,
    key: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    flags = ("--signing-key", key[0])
    for version in ("9-a", "9-b"):
        assert publish(describe_anew(tmp_path, version), *flags) == 0
    forged = json.loads(container.download_blob(ACTIVE).readall())
    forged["previous"] = {"version": "9-b", "bundle_sha256": "a" * 64}
    container.upload_blob(ACTIVE, json.dumps(forged), overwrite=True)
    assert main(["rollback", "--profile", "thermal", *flags]) == 2
    assert "none that a trusted key has signed" in capsys.readouterr().err
    assert main(["promote", "--profile", "thermal", "--version", "9-b", *flags]) == 0
    assert "previous" not in json.loads(container.download_blob(ACTIVE).readall())


def test_where_the_app_asks_for_signatures_a_key_is_needed(
    tmp_path: Path,
    key: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    private, public = key
    folder = describe_anew(tmp_path, "9-a")
    monkeypatch.setenv("MODEL_SIGNING_KEYS", public)
    assert publish(folder) == 2
    assert "name the private key with --signing-key" in capsys.readouterr().err
    monkeypatch.setenv("MODEL_SIGNING_KEY", Path(private).read_text(encoding="ascii"))
    assert publish(folder) == 0
    other = tmp_path / "other.pem"
    signing.make_key(other)
    assert publish(folder, "--signing-key", str(other)) == 2
    assert "not among those of MODEL_SIGNING_KEYS" in capsys.readouterr().err


async def test_a_key_is_replaced_by_publishing_again(
    endpoints: Endpoints,
    tmp_path: Path,
    key: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    private, public = key
    folder = describe_anew(tmp_path, "9-a")
    assert publish(folder, "--signing-key", private) == 0
    new = tmp_path / "new.pem"
    new_public = signing.make_key(new)
    monkeypatch.setenv("MODEL_SIGNING_KEYS", f"{public} {new_public}")
    assert publish(folder, "--signing-key", str(new)) == 0
    assert (await look(endpoints, f"{public},{new_public}")).version == "9-a"
    assert (await look(endpoints, new_public)).version == "9-a"
    assert "not trusted" in str((await look(endpoints, public)).refused)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_private_key_is_its_owners_and_never_written_over(key: tuple[str, str]) -> None:
    path = Path(key[0])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert main(["keygen", "--out", str(path)]) == 2
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nsecret\n"])
def test_a_file_that_is_no_key_is_refused_and_not_quoted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(PublishError, match="holds no private key") as refused:
        signing.find_signer(path, {})
    assert "secret" not in str(refused.value)
