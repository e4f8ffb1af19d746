from __future__ import annotations

import pytest

from tests.fakes.activations import FakeActivations
from tests.fakes.bundles import bundle_files
from tests.fakes.files import FakeFiles
from tests.fakes.messages import PROBE, PROFILES, RIG
from tocsin.adapters.models.model_bundle import ActiveModels
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.domain.errors import DeliveryError
from tocsin.usecases.scoring.warm_up import warm_up


def active_models(files: FakeFiles) -> ActiveModels:
    return ActiveModels(
        PublishedBundles(files.read, SigningKeys()),
        FakeActivations(),
        refresh_s=30,
        clock_s=lambda: 0.0,
    )


async def test_every_profiles_model_is_loaded_before_it_is_asked_for() -> None:
    files = FakeFiles({**bundle_files(RIG, "1-a"), **bundle_files(PROBE, "1-p")})
    models = active_models(files)
    await warm_up(PROFILES.values(), models)
    reads = len(files.reads)
    loaded = [await models.current(profile) for profile in (RIG, PROBE)]
    assert [model.spec.version for model in loaded if model] == ["1-a", "1-p"]
    assert len(files.reads) == reads


async def test_a_profile_without_a_model_is_no_failure() -> None:
    models = active_models(FakeFiles(bundle_files(RIG, "1-a")))
    await warm_up(PROFILES.values(), models)
    assert await models.current(PROBE) is None
    assert await models.current(RIG) is not None


async def test_a_storage_that_stays_away_is_told() -> None:
    files = FakeFiles()
    files.away = True
    with pytest.raises(DeliveryError):
        await warm_up(PROFILES.values(), active_models(files))
