"""Where keys are set, only what a trusted key has signed is loaded: whoever can write the files can
damage a bundle, but neither make one nor go back to an older one in silence."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Final

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml_model.release.signing import Signer
from tests.fakes.activations import FakeActivations
from tests.fakes.bundles import bundle_files
from tests.fakes.files import FakeFiles
from tests.fakes.keys import keys_of, new_signer
from tests.fakes.messages import RIG
from tocsin.adapters.models.active_references import ActiveReferences
from tocsin.adapters.models.model_bundle import ActiveModels
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.domain.errors import DeliveryError, InvalidBundleError
from tocsin.domain.models.active_bundle import parse_active
from tocsin.domain.models.model_state import ModelState

Files = dict[str, bytes]
OURS, NEXT, THEIRS = new_signer(), new_signer(), new_signer()
ACTIVE, BUNDLE = "rig/active.json", "rig/2-b/bundle.json"
PROGRAM, SIGNATURE = "rig/2-b/model.pt2", "rig/2-b/bundle.json.sig"
GOOD: Final = bundle_files(RIG, "2-b", signer=OURS, activated_at=2_000)
OLD: Final = bundle_files(RIG, "1-a", signer=OURS, activated_at=1_000)
FORGED: Final = bundle_files(RIG, "2-b", signer=THEIRS, threshold=900.0)
UNSIGNED: Final = bundle_files(RIG, "2-b", threshold=900.0)
RESIGNED: Final = bundle_files(RIG, "2-b", signer=OURS, threshold=4.75)


class Watch:
    """Active models over files in memory, looked up again whenever they are asked for."""

    def __init__(
        self, files: Files, keys: SigningKeys, activations: FakeActivations | None = None
    ) -> None:
        self.files = FakeFiles(files)
        self.bundles = PublishedBundles(self.files.read, keys)
        self.activations = activations or FakeActivations()
        self.models = ActiveModels(
            self.bundles, self.activations, refresh_s=30.0, clock_s=lambda: 0.0
        )

    async def look(self) -> ModelState:
        active = self.models._find(RIG)
        await active._look_up()
        return active.state


def without(path: str) -> Files:
    return {name: content for name, content in GOOD.items() if name != path}


def active_with(**changed: object) -> Files:
    return {**GOOD, ACTIVE: json.dumps({**json.loads(GOOD[ACTIVE]), **changed}).encode()}


REFUSED: dict[str, tuple[Files, str]] = {
    "nothing is signed": (UNSIGNED, "active.json is not signed"),
    "another key has signed all": (FORGED, "which is not trusted here"),
    "the bundle is not signed": (without(SIGNATURE), "bundle.json is not signed"),
    "the bundle is signed by another key": (
        {**GOOD, SIGNATURE: FORGED[SIGNATURE]}, "which is not trusted here",
    ),
    "the bundle's signature is of another bundle": (
        {**GOOD, SIGNATURE: OLD["rig/1-a/bundle.json.sig"]}, "something else, or forged",
    ),
    "the signature is an older one of the same version": (
        {**RESIGNED, SIGNATURE: GOOD[SIGNATURE]}, "something else, or forged",
    ),
    "the bundle is an older one of the same version": (
        {**RESIGNED, BUNDLE: GOOD[BUNDLE], SIGNATURE: GOOD[SIGNATURE]}, "SHA-256",
    ),
    "the program is another one": ({**GOOD, PROGRAM: b"PK" + GOOD[PROGRAM]}, "SHA-256"),
    "another version is named": (
        active_with(version="1-a", bundle_sha256="a" * 64), "something else, or forged",
    ),
    "another time is named": (active_with(activated_at=9_000), "something else, or forged"),
    "another version before it is named": (
        active_with(previous={"version": "0-z", "bundle_sha256": "a" * 64}), "forged",
    ),
    "the signature is no signature": ({**GOOD, SIGNATURE: b"[]"}, "is malformed"),
    "the signature is cut": (active_with(signed={"key": "x", "signature": "QQ=="}), "not signed"),
    "the other key's id is put on": (
        {**FORGED, ACTIVE: FORGED[ACTIVE].replace(
            json.loads(FORGED[ACTIVE])["signed"]["key"].encode(),
            json.loads(GOOD[ACTIVE])["signed"]["key"].encode(),
        )},
        "something else, or forged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
async def test_what_no_trusted_key_has_signed_is_refused_and_said(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    files, reason = REFUSED[name]
    watch = Watch({**OLD, **files}, keys_of(OURS))
    state = await watch.look()
    assert state.version is None
    assert reason in str(state.refused)
    assert watch.models.list_refused() == {RIG.name: state.refused}
    assert reason in caplog.text
    with pytest.raises(InvalidBundleError):
        await ActiveReferences(watch.bundles).active(RIG)


@pytest.mark.parametrize("name", REFUSED)
async def test_the_version_in_use_stays(name: str) -> None:
    watch = Watch(dict(OLD), keys_of(OURS))
    assert await watch.look() == ModelState(version="1-a", activated_at=1_000)
    watch.files.files.update(REFUSED[name][0])
    watch.files.files = {
        path: content for path, content in watch.files.files.items()
        if path in REFUSED[name][0] or path.startswith("rig/1-a")
    }  # fmt: skip
    state = await watch.look()
    assert (state.version, state.activated_at) == ("1-a", 1_000)
    assert state.refused
    model = await watch.models.current(RIG)
    assert model is not None
    assert model.spec.version == "1-a"


async def test_an_older_activation_that_was_signed_in_its_time_is_refused() -> None:
    watch = Watch({**OLD, **GOOD}, keys_of(OURS))
    assert (await watch.look()).version == "2-b"
    watch.files.files.update(OLD)
    state = await watch.look()
    assert state.version == "2-b"
    assert "older than one that was in use" in str(state.refused)
    watch.files.files.update(GOOD)
    assert await watch.look() == ModelState(version="2-b", activated_at=2_000)


async def test_a_process_that_has_just_started_takes_no_older_activation_either() -> None:
    first = Watch({**OLD, **GOOD}, keys_of(OURS))
    assert (await first.look()).version == "2-b"
    started = Watch({**GOOD, **OLD}, keys_of(OURS), first.activations)
    state = await started.look()
    assert state.version is None
    assert "older than one that was in use" in str(state.refused)
    started.files.files.update(GOOD)
    assert (await started.look()).version == "2-b"


async def test_what_nobody_signed_dates_nothing() -> None:
    first = Watch(dict(GOOD), SigningKeys())
    assert (await first.look()).version == "2-b"
    assert first.activations.latest == {}
    assert (await Watch(dict(OLD), SigningKeys(), first.activations).look()).version == "1-a"


async def test_what_is_refused_dates_nothing() -> None:
    watch = Watch({**GOOD, PROGRAM: b"PK" + GOOD[PROGRAM]}, keys_of(OURS))
    assert (await watch.look()).refused
    assert watch.activations.latest == {}


async def test_while_the_database_is_away_no_first_bundle_is_taken() -> None:
    watch = Watch(dict(GOOD), keys_of(OURS))
    watch.activations.away = True
    with pytest.raises(DeliveryError):
        await watch.models.current(RIG)
    watch.activations.away = False
    assert (await watch.models.state(RIG)).version == "2-b"


@pytest.mark.parametrize("signer", [OURS, NEXT])
async def test_while_a_key_is_replaced_both_are_trusted(signer: Signer) -> None:
    files = bundle_files(RIG, "2-b", signer=signer)
    assert (await Watch(files, keys_of(OURS, NEXT)).look()).version == "2-b"


async def test_a_key_that_is_no_longer_set_is_no_longer_trusted() -> None:
    assert "not trusted here" in str((await Watch(dict(GOOD), keys_of(NEXT)).look()).refused)


@pytest.mark.parametrize("files", [GOOD, UNSIGNED, FORGED])
async def test_without_keys_nothing_is_asked_for_a_signature(files: Files) -> None:
    watch = Watch(dict(files), SigningKeys())
    assert (await watch.look()).version == "2-b"
    assert SIGNATURE not in watch.files.reads


async def test_a_storage_that_is_away_is_said_and_not_raised() -> None:
    watch = Watch(dict(GOOD), keys_of(OURS))
    watch.files.away = True
    state = await watch.models.state(RIG)
    assert state == ModelState(refused="the storage of the bundles does not answer")
    watch.files.away = False
    assert (await watch.models.state(RIG)).version == "2-b"


@st.composite
def damaged(draw: st.DrawFn) -> Files:
    """The good files, of which one is changed in a few places, shortened or lengthened."""
    path = draw(st.sampled_from(sorted(GOOD)))
    content = bytearray(GOOD[path])
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(content) - 1))
        change: Callable[[], object] = draw(
            st.sampled_from(
                [
                    lambda at=at: content.__setitem__(at, draw(st.integers(0, 255))),
                    lambda at=at: content.__delitem__(slice(at, None)) if at else None,
                    lambda at=at: content.__setitem__(slice(at, at), draw(st.binary(max_size=9))),
                ]
            )
        )
        change()
    return {**GOOD, path: bytes(content)}


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(damaged())
async def test_whatever_is_changed_is_refused_or_scores_the_same(
    caplog: pytest.LogCaptureFixture, files: Files
) -> None:
    caplog.set_level(logging.CRITICAL)
    watch = Watch(files, keys_of(OURS))
    state = await watch.look()
    model = await watch.models.current(RIG)
    if model is None:
        assert state.refused
        return
    windows = np.random.default_rng(3).normal(size=(5, RIG.window, 2)).astype(np.float32)
    good = await Watch(dict(GOOD), keys_of(OURS)).models.current(RIG)
    assert good is not None
    assert model.spec == good.spec
    for found, wanted in zip(model.score(windows), good.score(windows), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_the_statements_of_two_profiles_differ() -> None:
    active = parse_active(GOOD[ACTIVE])
    assert active.statement("rig") != active.statement("probe")
