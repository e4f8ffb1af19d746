from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import numpy as np
import pytest

from tests.fakes.activations import FakeActivations
from tests.fakes.bundles import NoSensors, ScoreOnly, bundle_files
from tests.fakes.files import FakeFiles
from tests.fakes.messages import PROBE, RIG
from tocsin.adapters.models.model_bundle import ActiveModels, TorchModel, load_model
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.domain.errors import DeliveryError, InvalidBundleError
from tocsin.domain.models.bundle import parse_bundle

REFRESH_S = 30.0


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


class Watched:
    """Active models over files in memory, on a clock of the test's own."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = FakeFiles(files)
        self.clock = Clock()
        self.models = ActiveModels(
            PublishedBundles(self.files.read, SigningKeys()),
            FakeActivations(),
            refresh_s=REFRESH_S,
            clock_s=self.clock,
        )

    async def version(self) -> str | None:
        model = await self.models.current(RIG)
        return None if model is None else model.spec.version

    async def version_after_refresh(self) -> str | None:
        """The version once a due look-up is over."""
        self.clock.now_s += REFRESH_S
        before = len(self.files.reads)
        await self.models.current(RIG)
        async with asyncio.timeout(20):
            while len(asyncio.all_tasks()) > 1:
                await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
        assert len(self.files.reads) > before
        return await self.version()


def loaded() -> TorchModel:
    files = bundle_files(RIG, "1-a")
    spec = parse_bundle(files["rig/1-a/bundle.json"], RIG)
    return load_model(spec, files["rig/1-a/model.pt2"], RIG)


@pytest.mark.parametrize("windows", [1, 2, 3, 300])
def test_a_program_scores_any_number_of_windows(windows: int) -> None:
    values = np.random.default_rng(1).normal(size=(windows, RIG.window, 2)).astype(np.float32)
    values[0, -1, 0] = np.nan
    score, contributions, sensors = loaded().score(values)
    known = np.nan_to_num(values)
    expected = np.abs(known[:, -1] - known[:, -2]).sum(axis=1)
    np.testing.assert_allclose(score, expected, rtol=1e-5)
    assert score.dtype == contributions.dtype == np.float32
    np.testing.assert_allclose(contributions.sum(axis=1), 1.0, rtol=1e-5)
    assert sensors.dtype == np.int8
    assert sensors.tolist() == [[1, 0], *[[0, 0]] * (windows - 1)]


def test_windows_in_any_memory_layout_score_the_same() -> None:
    values = np.random.default_rng(2).normal(size=(5, 2, RIG.window)).astype(np.float32)
    turned = values.transpose(0, 2, 1)
    model = loaded()
    np.testing.assert_array_equal(model.score(turned)[0], model.score(turned.copy())[0])


async def test_the_active_bundle_is_loaded_once() -> None:
    watched = Watched(bundle_files(RIG, "1-a"))
    versions = await asyncio.gather(*(watched.version() for _ in range(5)))
    assert versions == ["1-a"] * 5
    assert len(watched.files.reads) == 3


async def test_each_profile_has_its_own() -> None:
    watched = Watched({**bundle_files(RIG, "1-a"), **bundle_files(PROBE, "1-p")})
    assert await watched.version() == "1-a"
    probe = await watched.models.current(PROBE)
    assert probe is not None
    assert probe.spec.version == "1-p"


async def test_another_active_bundle_is_swapped_in_without_a_restart() -> None:
    watched = Watched(bundle_files(RIG, "1-a"))
    assert await watched.version() == "1-a"
    watched.files.files.update(bundle_files(RIG, "2-b"))
    watched.clock.now_s += REFRESH_S - 1
    assert await watched.version() == "1-a"
    assert await watched.version_after_refresh() == "2-b"


async def test_scoring_goes_on_while_a_new_bundle_is_fetched() -> None:
    watched = Watched(bundle_files(RIG, "1-a"))
    await watched.version()
    watched.files.files.update(bundle_files(RIG, "2-b"))
    watched.clock.now_s += REFRESH_S
    assert await watched.version() == "1-a", "the due look-up is not waited for"
    assert await watched.version_after_refresh() == "2-b"


async def test_an_unchanged_bundle_is_not_fetched_again() -> None:
    watched = Watched(bundle_files(RIG, "1-a"))
    await watched.version()
    assert await watched.version_after_refresh() == "1-a"
    assert watched.files.reads[3:] == ["rig/active.json"]


async def test_no_active_bundle_is_none_until_there_is_one() -> None:
    watched = Watched({})
    assert await watched.version() is None
    assert await watched.version() is None
    assert set(watched.files.reads) == {"rig/active.json"}
    watched.files.files.update(bundle_files(RIG, "1-a"))
    assert await watched.version_after_refresh() == "1-a"


PROGRAM = "rig/2-b/model.pt2"
BUNDLE = "rig/2-b/bundle.json"
ACTIVE = "rig/active.json"
ELSEWHERE = b'{"version": "../probe/1", "bundle_sha256": "x"}'
Files = dict[str, bytes]


def without(files: Files, path: str) -> Files:
    return {name: content for name, content in files.items() if name != path}


# What, done to the files of a good bundle, makes one that must not be loaded.
DAMAGES: dict[str, Callable[[Files], Files]] = {
    "a changed program": lambda good: {**good, PROGRAM: good[PROGRAM][:-1] + b"x"},
    "a truncated program": lambda good: {**good, PROGRAM: good[PROGRAM][:1_000]},
    "an empty program": lambda good: {**good, PROGRAM: b""},
    "no program": lambda good: without(good, PROGRAM),
    "a changed description": lambda good: {**good, BUNDLE: good[BUNDLE].replace(b"4.5", b"9.5")},
    "a truncated description": lambda good: {**good, BUNDLE: good[BUNDLE][:-9]},
    "no description": lambda good: without(good, BUNDLE),
    "another profile's": lambda _: bundle_files(RIG, "2-b", profile="probe"),
    "other channels": lambda _: bundle_files(RIG, "2-b", channels=["heat_c", "speed_rpm"]),
    "another window": lambda _: bundle_files(RIG, "2-b", window=7),
    "an older format": lambda _: bundle_files(RIG, "2-b", format=1),
    "a newer format": lambda _: bundle_files(RIG, "2-b", format=3),
    "a tail that is none": lambda _: bundle_files(RIG, "2-b", tail={"level": 2.0}),
    "answers of an older format": lambda _: bundle_files(RIG, "2-b", program=NoSensors),
    "answers in other shapes": lambda _: bundle_files(RIG, "2-b", program=ScoreOnly),
    "active.json is no JSON": lambda good: {**good, ACTIVE: b"{"},
    "active.json is empty": lambda good: {**good, ACTIVE: b""},
    "active.json is a list": lambda good: {**good, ACTIVE: b"[]"},
    "active.json is nested deeply": lambda good: {**good, ACTIVE: b"[" * 100_000},
    "active.json names no hash": lambda good: {**good, ACTIVE: b'{"version": "2-b"}'},
    "active.json names a number": lambda good: {
        **good,
        ACTIVE: b'{"version": 2, "bundle_sha256": "x"}',
    },
    "active.json points elsewhere": lambda good: {**good, ACTIVE: ELSEWHERE},
}


def damaged(name: str) -> Files:
    return DAMAGES[name](bundle_files(RIG, "2-b"))


@pytest.mark.parametrize("name", DAMAGES)
async def test_a_bundle_that_cannot_be_trusted_is_refused_and_the_old_one_stays(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(bundle_files(RIG, "1-a"))
    assert await watched.version() == "1-a"
    watched.files.files.update(damaged(name))
    with caplog.at_level(logging.ERROR):
        assert await watched.version_after_refresh() == "1-a"
    assert "Bundle refused, version in use: 1-a" in caplog.text
    assert "rig" in caplog.text
    watched.files.files.update(bundle_files(RIG, "3-c"))
    assert await watched.version_after_refresh() == "3-c"


@pytest.mark.parametrize("name", ["a truncated program", "active.json is no JSON"])
async def test_a_first_bundle_that_cannot_be_trusted_is_none(name: str) -> None:
    watched = Watched(damaged(name))
    assert await watched.version() is None


async def test_a_program_that_is_no_program_is_refused_by_name() -> None:
    spec = parse_bundle(bundle_files(RIG, "2-b")["rig/2-b/bundle.json"], RIG)
    with pytest.raises(InvalidBundleError, match=r"'2-b' of profile 'rig' does not load"):
        load_model(spec, b"no program", RIG)


async def test_a_storage_that_stays_away_fails_the_first_look_up_and_no_later_one() -> None:
    watched = Watched(bundle_files(RIG, "1-a"))
    watched.files.away = True
    with pytest.raises(DeliveryError):
        await watched.version()
    watched.files.away = False
    assert await watched.version() == "1-a", "at once, not when the next look-up is due"
    watched.files.away = True
    assert await watched.version_after_refresh() == "1-a"
    watched.files.away = False
    watched.files.files.update(bundle_files(RIG, "2-b"))
    assert await watched.version_after_refresh() == "2-b"


async def test_an_unexpected_failure_is_logged_whole_and_pauses_like_any_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watched = Watched(bundle_files(RIG, "1-a"))
    assert await watched.version() == "1-a"
    watched.files.broken = True
    assert await watched.version_after_refresh() == "1-a"
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], RuntimeError)
    reads = len(watched.files.reads)
    watched.clock.now_s += REFRESH_S - 1
    for _ in range(20):
        assert await watched.version() == "1-a"
        await asyncio.sleep(0)  # a look-up that had begun would read now
    assert len(watched.files.reads) == reads, "not once for each batch"


async def test_a_bundle_that_becomes_active_scores_at_once_where_there_was_none() -> None:
    watched = Watched({})
    assert await watched.version() is None
    watched.files.files.update(bundle_files(RIG, "1-a"))
    assert await watched.version() == "1-a", "no time has passed"


async def test_a_refused_bundle_is_not_loaded_again_for_each_batch() -> None:
    files = bundle_files(RIG, "1-a")
    watched = Watched({**files, "rig/1-a/model.pt2": b"damaged"})
    assert await watched.version() is None
    assert await watched.version() is None
    assert watched.files.reads.count("rig/1-a/model.pt2") == 1
    watched.files.files.update(bundle_files(RIG, "2-b"))
    assert await watched.version() == "2-b"


async def test_a_storage_that_goes_away_leaves_readings_unscored_and_the_batch_goes_on() -> None:
    watched = Watched({})
    assert await watched.version() is None
    watched.files.away = True
    assert await watched.version() is None
