"""Which versions there are, and what the active one says, where its hash vouches for it."""

from __future__ import annotations

import json

import pytest

from tests.fakes.bundle_book import VERDICT
from tests.fakes.bundles import bundle_files
from tests.fakes.files import FakeFiles
from tests.fakes.messages import PROBE, RIG
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.adapters.models.stored_bundles import MOST_SHOWN, StoredBundles
from tocsin.domain.errors import DeliveryError
from tocsin.usecases.ports.bundles import Published

FILES = bundle_files(RIG, "2-b")


def stored(files: FakeFiles, versions: list[tuple[str, int]]) -> StoredBundles:
    async def list_versions(profile_name: str) -> list[tuple[str, int]]:
        return versions if profile_name == "rig" else []

    return StoredBundles(PublishedBundles(files.read, SigningKeys()), list_versions)


async def test_the_active_bundle_is_told_without_its_program() -> None:
    active = json.loads(FILES["rig/active.json"])
    active["previous"] = {"version": "1-a", "bundle_sha256": "0" * 64}
    files = FakeFiles({**FILES, "rig/active.json": json.dumps(active).encode()})
    found = await stored(files, [("1-a", 1_000), ("3-c", 3_000), ("2-b", 2_000)]).look(RIG)
    assert found.card is not None
    assert (found.card.version, found.refused) == ("2-b", None)
    assert (found.previous, found.rolled_back) == ("1-a", None)
    assert [each.version for each in found.published] == ["3-c", "2-b", "1-a"]
    verdicts = [f"rig/{version}/verdict.json" for version in ("3-c", "2-b", "1-a")]
    assert files.reads == ["rig/active.json", "rig/2-b/bundle.json", *verdicts]


async def test_each_version_has_the_verdict_of_its_own_comparison() -> None:
    content = json.dumps(VERDICT.document()).encode()
    files = FakeFiles({**FILES, "rig/1-a/verdict.json": b"{}"})
    for version in ("fake-2", "3-c"):  # one that was copied says nothing of the other
        files.files[f"rig/{version}/verdict.json"] = content
    found = await stored(files, [("3-c", 3), ("fake-2", 2), ("1-a", 1)]).look(RIG)
    assert {each.version: each.verdict for each in found.published} == {
        "3-c": None, "fake-2": VERDICT, "1-a": None,
    }  # fmt: skip


async def test_what_cannot_be_trusted_is_not_told_but_why() -> None:
    changed = FILES["rig/2-b/bundle.json"] + b" "
    found = await stored(FakeFiles({**FILES, "rig/2-b/bundle.json": changed}), []).look(RIG)
    assert found.card is None
    assert "SHA-256" in (found.refused or "")
    none = await stored(FakeFiles(dict(FILES)), []).look(PROBE)
    assert (none.card, none.published) == (None, [])
    assert "no active bundle" in (none.refused or "")


async def test_of_many_versions_the_newest_are_listed() -> None:
    versions = [(f"{n}-x", n) for n in range(MOST_SHOWN + 1)]
    found = await stored(FakeFiles(dict(FILES)), versions).look(RIG)
    assert (len(found.published), found.cut) == (MOST_SHOWN, True)
    assert found.published[0] == Published(f"{MOST_SHOWN}-x", MOST_SHOWN)


async def test_a_storage_that_is_away_is_no_bundle_that_is_refused() -> None:
    files = FakeFiles(dict(FILES))
    files.away = True
    with pytest.raises(DeliveryError):
        await stored(files, []).look(RIG)
