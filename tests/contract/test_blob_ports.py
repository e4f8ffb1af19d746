"""Dead letters and the files of bundles are kept and found the same in every storage."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.contract import ports
from tests.contract.implementations import each
from tests.contract.ports import Files, Letters
from tests.fakes.activations import FakeActivations
from tests.fakes.bundles import bundle_files
from tests.fakes.messages import NOW, PROBE, RIG, envelope
from tocsin.adapters.models.model_bundle import ActiveModels
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.domain.letters.dead_letters import DeadLetter, SidelinedAlert
from tocsin.domain.letters.letter_summary import LetterSummary

letters = each(fake=(ports.fake_letters, None), blob=(ports.blob_letters, "azurite"))
files = each(fake=(ports.fake_files, None), blob=(ports.blob_files, "azurite"))


async def test_a_dead_letter_is_kept_once_with_every_byte(letters: Letters) -> None:
    body = bytes(range(256)) * 1_100
    letter = DeadLetter(envelope(body, sequence_number=7), "too-large", "281600 bytes")
    await letters.box.put(letter)
    await letters.box.put(letter)
    assert await letters.paths() == [letter.path]
    found = await letters.read(letter.path)
    assert found == letter.document()
    assert base64.b64decode(found["body"]) == body


async def test_dead_letters_of_two_events_are_two(letters: Letters) -> None:
    for number in (1, 2):
        await letters.box.put(DeadLetter(envelope(b"x", sequence_number=number), "not-json", ""))
    assert len(await letters.paths()) == 2


async def test_dead_letters_are_listed_by_day_read_and_marked(letters: Letters) -> None:
    message = DeadLetter(envelope(b"\xff", sequence_number=7), "not-json", "no JSON")
    odd = {"deviceId": "\ud800", "id": "../x", "siteId": "x" * 60_000}
    alert = SidelinedAlert(odd, "refused", "too long", NOW + 86_400_000)
    for letter in (message, alert):
        await letters.box.put(letter)
    day = datetime.fromtimestamp(message.at / 1_000, tz=UTC).date()
    (listed,) = await letters.box.list_day(day, most=9)
    assert listed == LetterSummary(
        listed.letter_id, message.at, "message", "not-json", None, message.device_id
    )
    assert await letters.box.list_day(day - timedelta(days=1), most=9) == []
    (later,) = await letters.box.list_day(day + timedelta(days=1), most=9)
    assert (later.kind, later.reason, later.at) == ("alert", "refused", alert.at)
    assert later.device_id == "?", "no text at all, and told all the same"
    assert await letters.box.read(later.letter_id) == {**alert.document(), "replayedAt": None}
    await letters.box.mark_replayed(listed.letter_id, 77)
    await letters.box.mark_replayed("2026-01-01-0-0-0", 77)
    assert await letters.box.read(listed.letter_id) == {**message.document(), "replayedAt": 77}
    assert await letters.box.list_day(day, most=9) == [replace(listed, replayed_at=77)]
    await letters.box.put(message)
    assert await letters.box.list_day(day, most=9) == [listed], "refused again, it is open again"


@pytest.mark.parametrize("name", ["2026-01-01-0-0-0", "../../models/x", "", "x" * 5_000, "\ud800"])
async def test_what_is_no_dead_letter_is_not_found(letters: Letters, name: str) -> None:
    assert await letters.box.read(name) is None


async def test_a_file_is_read_whole_or_not_there(files: Files) -> None:
    content = bytes(range(256)) * 30_000
    await files.write("rig/1/model.pt2", content)
    await files.write("rig/empty", b"")
    assert await files.read("rig/1/model.pt2") == content
    assert await files.read("rig/empty") == b""
    assert await files.read("rig/2/model.pt2") is None


async def test_the_published_versions_of_a_profile_are_listed(files: Files) -> None:
    for path in (
        "rig/2-b/bundle.json", "rig/2-b/model.pt2", "rig/1-a/bundle.json", "rig/active.json",
        "rig/3-c/model.pt2", "rigs/9-z/bundle.json",
    ):  # fmt: skip
        await files.write(path, b"x")
    found = await files.list_versions("rig")
    assert sorted(version for version, _ in found) == ["1-a", "2-b"]
    assert await files.list_versions("probe") == []


async def test_the_active_model_comes_out_of_the_files(files: Files) -> None:
    now_s = 0.0
    models = ActiveModels(
        PublishedBundles(files.read, SigningKeys()),
        FakeActivations(),
        refresh_s=30,
        clock_s=lambda: now_s,
    )
    for path, content in bundle_files(RIG, "1-a").items():
        await files.write(path, content)
    model = await models.current(RIG)
    assert model is not None
    assert model.spec.version == "1-a"
    score, shares, sensors = model.score(np.ones((3, RIG.window, 2), dtype=np.float32))
    assert (score.shape, shares.shape, sensors.shape) == ((3,), (3, 2), (3, 2))
    assert await models.current(PROBE) is None
